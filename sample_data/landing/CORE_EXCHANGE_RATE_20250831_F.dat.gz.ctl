system=core
feed=exchange_rate
biz_date=2025-08-31
batch_seq=1
mode=F
rows=4
sha256=c00df6ce8f18e21daac1738ed977e7766791c452248380ae9f2b3a0e942b0375
