system=core
feed=contact_point
biz_date=2026-06-30
batch_seq=1
mode=F
rows=1824
sha256=f623907a51d6b550dade967bb3d708a5b8cf48dbd49c51edbecf145d364738ee
