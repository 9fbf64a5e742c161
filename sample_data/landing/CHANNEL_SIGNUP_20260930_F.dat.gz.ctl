system=channel
feed=signup
biz_date=2026-09-30
batch_seq=1
mode=F
rows=721
sha256=660d342fa35b3fc70ab5bddfcbb4c309e787ccd495f578bab9f4d1e19c071f0b
