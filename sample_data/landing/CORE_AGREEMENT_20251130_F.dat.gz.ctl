system=core
feed=agreement
biz_date=2025-11-30
batch_seq=1
mode=F
rows=283
sha256=141bb6a91c0221c4d2bfcd5fddeef89c9fbb2b4c8ed14c5008f9a943c3c0aa2a
