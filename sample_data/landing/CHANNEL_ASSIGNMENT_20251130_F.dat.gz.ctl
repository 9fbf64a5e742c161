system=channel
feed=assignment
biz_date=2025-11-30
batch_seq=1
mode=F
rows=183
sha256=7fdb2e53e70b1cce69b43a874da4163b0cd46e44cca2266f68f6e0a426a1e559
