system=core
feed=gl_control
biz_date=2025-08-31
batch_seq=1
mode=F
rows=35
sum_balance=177786068.71
sha256=33e005f86aea991cc695d84387d35841ebb61db957f6b5dc1cfdd854ab89cba7
