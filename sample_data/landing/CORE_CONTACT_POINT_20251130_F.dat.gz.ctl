system=core
feed=contact_point
biz_date=2025-11-30
batch_seq=1
mode=F
rows=1775
sha256=4b91118b7ed23afdb17edb2175e8ee83cb1be59b0f5bfddbbee4267136dab8ec
