system=core
feed=card
biz_date=2026-09-30
batch_seq=1
mode=F
rows=678
sha256=4a3a9bfa5c32eac268c901efa6ef63ab84860741275d4a9d273da1da53eec657
