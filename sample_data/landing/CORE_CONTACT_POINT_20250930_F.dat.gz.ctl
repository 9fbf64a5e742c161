system=core
feed=contact_point
biz_date=2025-09-30
batch_seq=1
mode=F
rows=1752
sha256=b4f9c4ac6197b222c065a64cbeb1e4f1182aefa5cb25d267fd2a2a84c656691f
