system=core
feed=ftp_curve
biz_date=2026-04-30
batch_seq=1
mode=F
rows=7
sha256=1b472dd250ecbcc4004e7707d7cb3727ba42e85508ce39ae88c233e946c6a17d
