system=core
feed=exchange_rate
biz_date=2026-09-30
batch_seq=1
mode=F
rows=4
sha256=ad3841fd03d8b0d45332c1a86aec094bc3cfcdeb33c91094e9331a9fd4531c19
