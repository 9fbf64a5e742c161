system=core
feed=transaction
biz_date=2026-06-30
batch_seq=1
mode=D
rows=8388
sum_amount=81910626.97
sha256=566dad5a94d9e1ed85fc2534710ccaa6ff3b2039c5feeaa66496cd18a10b14cd
