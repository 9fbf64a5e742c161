system=core
feed=exchange_rate
biz_date=2026-06-30
batch_seq=1
mode=F
rows=4
sha256=9659f1a28ca44b12d97923d21b1984904512a450f33287375b25d4da167640d0
