system=core
feed=card
biz_date=2025-12-31
batch_seq=1
mode=F
rows=657
sha256=47ecb3de92aa62b1ca20e95f2173c7d4c2a835ff11d42075b7d73424b80dabd2
