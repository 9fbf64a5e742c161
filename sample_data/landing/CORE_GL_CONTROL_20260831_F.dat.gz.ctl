system=core
feed=gl_control
biz_date=2026-08-31
batch_seq=1
mode=F
rows=35
sum_balance=200105795.88
sha256=bd35e3c5847a1b6cec5a3e59d06413c49938de017c7946889ad9ffe4143b2ebb
