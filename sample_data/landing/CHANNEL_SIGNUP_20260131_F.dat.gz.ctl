system=channel
feed=signup
biz_date=2026-01-31
batch_seq=1
mode=F
rows=694
sha256=31f3a1a2bd0fbda180bafc55f8c270d26a719c42f6ca461edcc7797f0b4bed07
