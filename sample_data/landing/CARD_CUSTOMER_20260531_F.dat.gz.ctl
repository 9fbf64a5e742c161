system=card
feed=customer
biz_date=2026-05-31
batch_seq=1
mode=F
rows=177
sha256=8f0cff4e9060d221e16f2abf97688bb274a3d17a2e70166d7de31422c5346a49
