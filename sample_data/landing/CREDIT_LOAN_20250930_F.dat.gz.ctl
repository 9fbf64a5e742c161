system=credit
feed=loan
biz_date=2025-09-30
batch_seq=1
mode=F
rows=152
sum_balance=74734334.61
sha256=ce1d2c31e478877f259ea3ea01b1252ac2801912bd98668489249ef18ea7e66d
