system=core
feed=account
biz_date=2026-02-28
batch_seq=1
mode=F
rows=1177
sum_balance=122298660.18
sha256=9e45af625182ddaeef4f0c3388d2d7ce2d89141a06fb095f47cdcd41723412a5
