system=core
feed=gl_control
biz_date=2026-07-31
batch_seq=1
mode=F
rows=35
sum_balance=201110688.78
sha256=2d20b73f73c6a367456536df563e07609370672d0d5ebb690ce857c101fe4dc2
