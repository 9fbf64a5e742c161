system=core
feed=transaction
biz_date=2025-09-30
batch_seq=1
mode=D
rows=8181
sum_amount=74830904.01
sha256=99d88cb53c2ab079640f9c2b39d0cfe6d7b740f40856e16cdae66f0c7f9ed178
