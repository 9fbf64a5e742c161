system=core
feed=document
biz_date=2025-10-31
batch_seq=1
mode=F
rows=755
sha256=a923b6c92e2746c51c5c77fd919830f6b3a153344c224fb6ae6e69af72b34276
