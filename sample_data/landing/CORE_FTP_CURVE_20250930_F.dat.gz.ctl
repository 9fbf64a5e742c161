system=core
feed=ftp_curve
biz_date=2025-09-30
batch_seq=1
mode=F
rows=7
sha256=f72ba8e4009e30d1c178b3829aa925a13108512fbd3b0d0bb90ea9fcc690a705
