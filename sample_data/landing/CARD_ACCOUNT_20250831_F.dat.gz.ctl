system=card
feed=account
biz_date=2025-08-31
batch_seq=1
mode=F
rows=167
sum_balance=318340.81
sha256=58a0e90b815fec3eec5f8434a0cc3df23f7a11a7f4473d1d273bc07d08bf3acb
