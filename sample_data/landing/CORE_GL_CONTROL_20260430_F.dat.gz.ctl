system=core
feed=gl_control
biz_date=2026-04-30
batch_seq=1
mode=F
rows=35
sum_balance=194115274.54
sha256=595236423ba2c393fb918aced757207a600ff02932c7eef83910aaaf9e134c12
