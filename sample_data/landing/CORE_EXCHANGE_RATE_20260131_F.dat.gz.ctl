system=core
feed=exchange_rate
biz_date=2026-01-31
batch_seq=1
mode=F
rows=4
sha256=e7e15b3340aa37e009eb6106358495a0d6a04e9b44ccfc964336e548eee772b2
