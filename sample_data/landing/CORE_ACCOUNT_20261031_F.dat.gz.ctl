system=core
feed=account
biz_date=2026-10-31
batch_seq=1
mode=F
rows=1317
sum_balance=137835295.14
sha256=0d377257b31511598c0756b97cf17f5feed8d448205270984e10e39350b8b0ea
