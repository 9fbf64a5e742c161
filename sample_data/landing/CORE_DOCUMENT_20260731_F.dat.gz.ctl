system=core
feed=document
biz_date=2026-07-31
batch_seq=1
mode=F
rows=787
sha256=ac583bb43102ac4e1bdb8ff28c9e45924e63852126ecc19fd6eb8d7126ac5176
