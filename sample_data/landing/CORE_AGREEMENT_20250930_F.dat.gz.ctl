system=core
feed=agreement
biz_date=2025-09-30
batch_seq=1
mode=F
rows=280
sha256=29ab80390e2d2bcc5365d3a02fcd2d2c2320c23bcc49e65b66f358a0e093eed5
