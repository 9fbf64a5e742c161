system=core
feed=card
biz_date=2026-02-28
batch_seq=1
mode=F
rows=659
sha256=31aad370e0e4f48ce2577702bc2706e9b8953827469d1ff71ad5f43ee2f7b0b0
