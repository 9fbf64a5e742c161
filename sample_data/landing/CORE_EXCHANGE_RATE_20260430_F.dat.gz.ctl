system=core
feed=exchange_rate
biz_date=2026-04-30
batch_seq=1
mode=F
rows=4
sha256=38fd371d7552eb93ed7e892ed0fdd59c3659eeeb262cbd25ed62cc64d436eb52
