system=core
feed=account
biz_date=2025-12-31
batch_seq=1
mode=F
rows=1157
sum_balance=118332522.63
sha256=ed7df9f2dd46ce5dda5e2930356be7d3e2a577506793f16c8c2a3ef03c23c3d4
