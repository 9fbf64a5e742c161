system=core
feed=ftp_curve
biz_date=2025-10-31
batch_seq=1
mode=F
rows=7
sha256=5cbbb3559b2f2dcdc298f0da47656d41cbc52a2cf439c2e4aa75c13d02e1e130
