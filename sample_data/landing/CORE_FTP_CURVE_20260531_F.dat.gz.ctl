system=core
feed=ftp_curve
biz_date=2026-05-31
batch_seq=1
mode=F
rows=7
sha256=a2cf30734d5b10df6e7b305083be72543487d21fcbb32aa41cbf4a848d220eff
