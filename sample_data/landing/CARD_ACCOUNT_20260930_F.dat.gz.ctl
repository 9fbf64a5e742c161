system=card
feed=account
biz_date=2026-09-30
batch_seq=1
mode=F
rows=175
sum_balance=694927.61
sha256=2caf90b6725a5afd9f591c5be567540fcb96dbc4a98adb708b9ac169a9f9682c
