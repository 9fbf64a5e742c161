system=core
feed=gl_control
biz_date=2026-02-28
batch_seq=1
mode=F
rows=35
sum_balance=195667871.38
sha256=fa05c09f5001482f534c6f36a90301c1d056e9f4941c08e814cf1d5364180521
