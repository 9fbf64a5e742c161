system=card
feed=card
biz_date=2026-03-31
batch_seq=1
mode=F
rows=183
sha256=99b50bde8d268b8dcdec02dbecccbfe4631abd6f9ca9bf7e4a7ba9fc219381b0
