system=core
feed=relation
biz_date=2026-09-30
batch_seq=1
mode=F
rows=189
sha256=e2faefe5c30924e5d5de5ece429272cf3982236643003be73b669b66e3e9d2cd
