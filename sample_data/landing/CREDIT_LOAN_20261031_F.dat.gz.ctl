system=credit
feed=loan
biz_date=2026-10-31
batch_seq=1
mode=F
rows=153
sum_balance=65684466.76
sha256=8c2abf74cfb48a5dda7b27fff5f4ce332e32be3b2dedb0e3c614b096e67d96a4
