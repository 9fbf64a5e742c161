system=card
feed=customer
biz_date=2025-12-31
batch_seq=1
mode=F
rows=171
sha256=e6d6c255d80416d961d82c7c02d3d2b635db98b8938a4674e8d2ecd5d6c70173
