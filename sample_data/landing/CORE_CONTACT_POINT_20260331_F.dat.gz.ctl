system=core
feed=contact_point
biz_date=2026-03-31
batch_seq=1
mode=F
rows=1804
sha256=dc40bb594d0942ef19706cf82a69323825aafc06c9181ce25096ab044b9b3584
