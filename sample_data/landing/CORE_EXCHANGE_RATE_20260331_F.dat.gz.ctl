system=core
feed=exchange_rate
biz_date=2026-03-31
batch_seq=1
mode=F
rows=4
sha256=cdec8c25a0c926f55b8e0c4e3424a5e73529c604450e3c77dc5e3c04e0134a0e
