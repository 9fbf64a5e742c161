system=core
feed=customer
biz_date=2026-01-31
batch_seq=1
mode=F
rows=728
sha256=9668fca41bcff0a2f9de270f5f3332e7c21e7ffffbb59731848aba43fbd7c093
