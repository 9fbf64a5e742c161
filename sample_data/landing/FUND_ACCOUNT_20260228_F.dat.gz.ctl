system=fund
feed=account
biz_date=2026-02-28
batch_seq=1
mode=F
rows=246
sum_balance=25444874.66
sha256=82251cad20166bda77ba8bf7fb07b2d5dbc7b1e80d9e2782656668db5d7ad3b6
