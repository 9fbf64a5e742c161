system=credit
feed=guarantee
biz_date=2026-06-30
batch_seq=1
mode=F
rows=15
sum_amount=7080000.00
sha256=5678b25b5c84d865ecde9e5a300d961994301ce5d0e9cdb30b2f3b9945039c2c
