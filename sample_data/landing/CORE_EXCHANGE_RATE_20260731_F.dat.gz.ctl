system=core
feed=exchange_rate
biz_date=2026-07-31
batch_seq=1
mode=F
rows=4
sha256=2c2abfa7d8762c46e572cf29637ea06c959f1e86ef7bf3c8256641db25e65478
