system=core
feed=contact_point
biz_date=2026-05-31
batch_seq=1
mode=F
rows=1819
sha256=c277bf158de0ebad6ebe6f3ca833774bd7df4386993d98d0b5952c4f733a4df9
