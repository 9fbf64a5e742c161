system=core
feed=contact_point
biz_date=2026-09-30
batch_seq=1
mode=F
rows=1845
sha256=0d8075f8ec29154974ee90c38c187579a97409c7afedce4ba046a2263bddba6f
