system=fund
feed=customer
biz_date=2026-08-31
batch_seq=1
mode=F
rows=254
sha256=f43f32528fb3d43df85de5f48cd7ce77f6ef2db3abbf24a5e67f311edea8ddc8
