system=core
feed=customer
biz_date=2026-09-30
batch_seq=1
mode=F
rows=752
sha256=825aae449586d13f81e487224709122513c10e8d5bd9ecaa7f79bbd3a9d0f1e2
