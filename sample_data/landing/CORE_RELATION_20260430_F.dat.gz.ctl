system=core
feed=relation
biz_date=2026-04-30
batch_seq=1
mode=F
rows=183
sha256=127601df179b07e4b7729707e61ed9fc566aa6739dfae3a798499fd2d0f5104d
