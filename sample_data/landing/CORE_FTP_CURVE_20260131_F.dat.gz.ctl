system=core
feed=ftp_curve
biz_date=2026-01-31
batch_seq=1
mode=F
rows=7
sha256=1e219d9095743f8828a4ebfbea2f92f3cb54d287a5d06845db2cae0b1b42cc98
