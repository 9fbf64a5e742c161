system=card
feed=card
biz_date=2025-10-31
batch_seq=1
mode=F
rows=179
sha256=5ee882f79f26c2bfc0e1fd32f0514153f5ed892347cbb88b1b3273d2f258715f
