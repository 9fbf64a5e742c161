system=core
feed=card
biz_date=2026-07-31
batch_seq=1
mode=F
rows=673
sha256=cd41b715c4d42423f9b6ed697a9cfe359bdf428f9ef07ccd913ad97c55bbc161
