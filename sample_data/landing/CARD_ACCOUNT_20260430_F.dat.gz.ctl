system=card
feed=account
biz_date=2026-04-30
batch_seq=1
mode=F
rows=174
sum_balance=595718.54
sha256=518101bb976c9da721469a6c4f7f55b3d4794b4a516832d92a5a3671d94393ef
