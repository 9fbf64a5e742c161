system=core
feed=agreement
biz_date=2026-03-31
batch_seq=1
mode=F
rows=290
sha256=1ac43cf9ff883af4a1427773e6c594036c9ef78a8340cdf40ff1350732e9829e
