system=core
feed=customer
biz_date=2026-10-31
batch_seq=1
mode=F
rows=758
sha256=b20d2537b3a509ad13a43b1ef1ef3966426130b3f20c8aa0fa8e3d6559f5b6e1
