system=core
feed=contact_point
biz_date=2026-10-31
batch_seq=1
mode=F
rows=1861
sha256=95f2fdabb309d5ee12b5347719a5a7378070b10d344186f09f0cdafe43f43d12
