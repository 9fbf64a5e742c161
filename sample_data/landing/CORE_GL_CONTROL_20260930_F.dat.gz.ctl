system=core
feed=gl_control
biz_date=2026-09-30
batch_seq=1
mode=F
rows=35
sum_balance=204633896.93
sha256=551bbafb79ad56b300d6ced5655ee4eca30e4a84d8a4b6ad3f3c5679fc65f64c
