system=card
feed=transaction
biz_date=2026-03-31
batch_seq=1
mode=D
rows=788
sum_amount=68862.83
sha256=60137c7b019af1ef7ffef7c8ce7dd4e96155454703d05e38eb1728767bc5cc3a
