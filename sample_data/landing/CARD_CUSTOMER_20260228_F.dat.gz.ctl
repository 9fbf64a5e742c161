system=card
feed=customer
biz_date=2026-02-28
batch_seq=1
mode=F
rows=173
sha256=602e4278a55de40547038a2f6dfe8ecbd5a42f6e7fc80ab4fd4423fbf62ab880
