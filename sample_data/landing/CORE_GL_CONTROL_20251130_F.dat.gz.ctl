system=core
feed=gl_control
biz_date=2025-11-30
batch_seq=1
mode=F
rows=35
sum_balance=189000227.14
sha256=51553b1ab84d2107fb633b3f24237e17843b73aea3e4c9b4a2211949454c1538
