system=core
feed=ftp_curve
biz_date=2026-07-31
batch_seq=1
mode=F
rows=7
sha256=26a6e62977ffb6b70b6d18e0bcc458bc145d7c90ed64e234047c1f20eb217559
