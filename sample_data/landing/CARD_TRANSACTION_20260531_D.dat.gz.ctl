system=card
feed=transaction
biz_date=2026-05-31
batch_seq=1
mode=D
rows=804
sum_amount=46247.58
sha256=339825b98be216ea3461c298ba55adf95bcb5f504b07e69c6ecd498d4b786d05
