system=core
feed=transaction
biz_date=2025-12-31
batch_seq=1
mode=D
rows=8269
sum_amount=82777868.05
sha256=6f6d7ed3a623ec98a8b9afa7b3a71aaffcf13dd863ed1903a9046038871c762b
