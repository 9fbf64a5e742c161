system=channel
feed=assignment
biz_date=2026-10-31
batch_seq=1
mode=F
rows=217
sha256=1d2b0e5e6d404490d940cd6ee1a4203ff4e9250ce3f64dcb98e514d5effa6d5e
