system=core
feed=document
biz_date=2026-03-31
batch_seq=1
mode=F
rows=774
sha256=476dd67cea4965f5a5f30b2e5dbd0a02fb670ea2e7f013a571ed4a35c0890ef0
