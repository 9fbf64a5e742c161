system=core
feed=account
biz_date=2026-09-30
batch_seq=1
mode=F
rows=1302
sum_balance=137362835.12
sha256=577bef6ee2ac218e6a506efbe26be654ae0865d644186de8072b269bee1eac37
