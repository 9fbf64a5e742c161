system=core
feed=document
biz_date=2026-09-30
batch_seq=1
mode=F
rows=792
sha256=b56c6be6acd6bed4308dcf625118b384dfc10568ffa931a859b5392dfdb7eda7
