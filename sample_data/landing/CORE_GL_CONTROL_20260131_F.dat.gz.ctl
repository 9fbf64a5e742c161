system=core
feed=gl_control
biz_date=2026-01-31
batch_seq=1
mode=F
rows=35
sum_balance=195339164.45
sha256=a0e01cb1f9262082a4810e3a1f88a068d197042b7cc7f28101a1d75986699c9d
