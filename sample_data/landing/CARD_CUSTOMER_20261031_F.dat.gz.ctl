system=card
feed=customer
biz_date=2026-10-31
batch_seq=1
mode=F
rows=178
sha256=79b697e74825a65291b2f82b806999b12a5f0236f85f39e5a7f682dff08e7a5d
