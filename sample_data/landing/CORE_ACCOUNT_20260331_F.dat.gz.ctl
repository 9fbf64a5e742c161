system=core
feed=account
biz_date=2026-03-31
batch_seq=1
mode=F
rows=1192
sum_balance=124104442.64
sha256=8b2e2bba010b81d6013dddaa6f1b4000f25b8a6b1ce0fb2a529d0f46975d7c0b
