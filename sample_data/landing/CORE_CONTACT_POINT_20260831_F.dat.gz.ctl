system=core
feed=contact_point
biz_date=2026-08-31
batch_seq=1
mode=F
rows=1840
sha256=620b5350fa6cfa05ba9fa29aa42af224e0361cb9e56e4b5ae5941523234eb0d1
