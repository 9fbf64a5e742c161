system=core
feed=gl_control
biz_date=2025-09-30
batch_seq=1
mode=F
rows=35
sum_balance=185733074.57
sha256=1ef2e3ee50fcf05efcd89c2378f4bb76fe8c1e6aaec18d06e85f14c7514ab689
