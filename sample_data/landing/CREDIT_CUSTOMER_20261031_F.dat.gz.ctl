system=credit
feed=customer
biz_date=2026-10-31
batch_seq=1
mode=F
rows=154
sha256=5f3d05459aadd0feeaac97104e0180b9ca6f69674b3416a50609ff26fdb49c79
