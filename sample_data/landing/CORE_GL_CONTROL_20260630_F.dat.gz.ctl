system=core
feed=gl_control
biz_date=2026-06-30
batch_seq=1
mode=F
rows=35
sum_balance=201188211.69
sha256=d1694379d47b5eed8383fd0077848d558852c142198e98ef8f7cb22c981147fe
