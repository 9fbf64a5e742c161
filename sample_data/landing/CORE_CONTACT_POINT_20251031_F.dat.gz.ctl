system=core
feed=contact_point
biz_date=2025-10-31
batch_seq=1
mode=F
rows=1763
sha256=05462b0f218f086b8912f9bb1ccf11615e1f2f9e51aa96a9524c5a10bc5cbe11
