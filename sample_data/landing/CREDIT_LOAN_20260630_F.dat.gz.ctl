system=credit
feed=loan
biz_date=2026-06-30
batch_seq=1
mode=F
rows=153
sum_balance=69283715.07
sha256=df5efddb944b7db549c6b1937904ce63c6f164e6b3c300090a12d24e163456fa
