system=core
feed=account
biz_date=2026-07-31
batch_seq=1
mode=F
rows=1260
sum_balance=131992159.76
sha256=1b71a62f4d45d6376caea7d1c17949f78b2036fe781f7fea9a052c3a051830cd
