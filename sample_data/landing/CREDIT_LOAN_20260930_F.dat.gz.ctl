system=credit
feed=loan
biz_date=2026-09-30
batch_seq=1
mode=F
rows=153
sum_balance=66576134.20
sha256=679c947ce9ecc63f78ff6b2f9cd7e8621d47337b632d5a54289362f2c268c174
