system=fund
feed=account
biz_date=2026-05-31
batch_seq=1
mode=F
rows=248
sum_balance=26658236.66
sha256=d216620ae000b75a8d15c261a65929a3955cddb5c764cabd0ff4c4bf69b88857
