system=channel
feed=signup
biz_date=2025-11-30
batch_seq=1
mode=F
rows=693
sha256=ee546ed15878334e61c0606653cd7d29a30543ed5b826af492e82f78f02240db
