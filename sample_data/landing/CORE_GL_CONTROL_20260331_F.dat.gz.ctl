system=core
feed=gl_control
biz_date=2026-03-31
batch_seq=1
mode=F
rows=35
sum_balance=196648868.82
sha256=14565286bb38d812d1234e4b1682e059dad4f24f31adca50c394b21f0f8ecb10
