system=credit
feed=loan
biz_date=2026-03-31
batch_seq=1
mode=F
rows=153
sum_balance=71957558.74
sha256=118b4a5ef54500ada9b3299c159700dae057fe846211339d0d55da02a2afa1e0
