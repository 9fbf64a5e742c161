system=core
feed=ftp_curve
biz_date=2025-11-30
batch_seq=1
mode=F
rows=7
sha256=8b5357ae5849859ddf8ebca8a3cba231a7ff1c703fdbc6b19c642a0428feef4f
