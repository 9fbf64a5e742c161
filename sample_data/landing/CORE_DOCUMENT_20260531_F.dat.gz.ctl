system=core
feed=document
biz_date=2026-05-31
batch_seq=1
mode=F
rows=780
sha256=db9e42d453d1a86691e2ba810302b7706b9fb380a40849d028fefe70273760e7
