system=core
feed=agreement
biz_date=2026-09-30
batch_seq=1
mode=F
rows=298
sha256=f4c2b4470a7a758c1b9272bebbed077be13f5e42bf7a15968c9a8cdc154e15c5
