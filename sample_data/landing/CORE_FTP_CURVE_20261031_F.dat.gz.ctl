system=core
feed=ftp_curve
biz_date=2026-10-31
batch_seq=1
mode=F
rows=7
sha256=0f222bbd26a31ccadf868e5aa40c1bfdbb40c4c861440f2f8f7f7b79db700b6a
