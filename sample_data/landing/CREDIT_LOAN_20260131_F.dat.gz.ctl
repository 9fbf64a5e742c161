system=credit
feed=loan
biz_date=2026-01-31
batch_seq=1
mode=F
rows=153
sum_balance=72610958.72
sha256=fc7c6883866c7ab52a4339df66b85407dbde5810e7174fd9507ffb0ac3d7999e
