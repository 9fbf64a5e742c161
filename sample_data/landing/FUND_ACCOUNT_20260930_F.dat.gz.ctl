system=fund
feed=account
biz_date=2026-09-30
batch_seq=1
mode=F
rows=252
sum_balance=28280660.66
sha256=98a925a80a9a4b316d375a6e1931e40f52c7d4592659f125b979dbbc23d543aa
