system=fund
feed=account
biz_date=2025-11-30
batch_seq=1
mode=F
rows=246
sum_balance=24232100.66
sha256=eba44945af1aad34f27d7162cd18c756db21a20aa31e469c3dbf1c370e8e14fb
