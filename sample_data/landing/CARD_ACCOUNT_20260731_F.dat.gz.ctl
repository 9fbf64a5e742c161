system=card
feed=account
biz_date=2026-07-31
batch_seq=1
mode=F
rows=175
sum_balance=731716.31
sha256=1600d5c620fd1ddc7f95bd2cb0d3b142e84b6eabdce20ca0f371410e14d0a770
