system=core
feed=customer
biz_date=2026-08-31
batch_seq=1
mode=F
rows=750
sha256=7d3fbf74ab710e44e2de956da5172f93d76f56045ed84ca2703a62ec21a324e6
