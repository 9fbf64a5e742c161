system=core
feed=ftp_curve
biz_date=2026-08-31
batch_seq=1
mode=F
rows=7
sha256=735ce187437603874444bcc12534dbb32543b6ba2f0706d21109d05b25df4b98
