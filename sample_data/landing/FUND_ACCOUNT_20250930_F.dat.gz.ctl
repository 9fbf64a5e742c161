system=fund
feed=account
biz_date=2025-09-30
batch_seq=1
mode=F
rows=246
sum_balance=23423620.66
sha256=393f32a0d5993d2b6b6b3ef04a9c1be0898e79f6b5e745dfcc31e4daeb5437c5
