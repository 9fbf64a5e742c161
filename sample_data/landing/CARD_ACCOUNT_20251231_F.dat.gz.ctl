system=card
feed=account
biz_date=2025-12-31
batch_seq=1
mode=F
rows=169
sum_balance=511941.80
sha256=502cf5e24cf3c265504ce99e258d8de04ddc8eb2ecd2c98970567fb8cc848b9c
