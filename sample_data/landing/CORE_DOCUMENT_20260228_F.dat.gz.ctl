system=core
feed=document
biz_date=2026-02-28
batch_seq=1
mode=F
rows=766
sha256=594d876a848b15152c9c8e44bae5b0fa9afe5ec13742472086c0054633e0089b
