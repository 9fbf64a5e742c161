system=core
feed=ftp_curve
biz_date=2025-12-31
batch_seq=1
mode=F
rows=7
sha256=6a7415552ed8955b2d392a9079c2aa94fa4dfa7937ebc19e85968a4be65e4c58
