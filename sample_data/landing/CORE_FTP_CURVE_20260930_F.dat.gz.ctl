system=core
feed=ftp_curve
biz_date=2026-09-30
batch_seq=1
mode=F
rows=7
sha256=418e84f6e96d85af3622e74a6b159c6e1f80f3efc15975f31036d69c53983468
