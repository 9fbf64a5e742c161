system=core
feed=document
biz_date=2025-12-31
batch_seq=1
mode=F
rows=762
sha256=b7aa0a5e506e60025dd892bf1165357847d8e7812dc70467ee35d47b25c9f579
