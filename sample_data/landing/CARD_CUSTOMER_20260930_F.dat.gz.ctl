system=card
feed=customer
biz_date=2026-09-30
batch_seq=1
mode=F
rows=177
sha256=24c266b7c0ade494d7cd68bc2d200edbcd691de88069a22c0522f09306acc0b8
