system=card
feed=customer
biz_date=2025-08-31
batch_seq=1
mode=F
rows=169
sha256=fd21e34d9e056724f40f3ba27dbd6c10230f640adbc499f049a0ac6e2db63c72
