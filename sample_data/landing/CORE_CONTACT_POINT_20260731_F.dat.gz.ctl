system=core
feed=contact_point
biz_date=2026-07-31
batch_seq=1
mode=F
rows=1832
sha256=d76106125b67d52aa5f58a2cd602a9ca25be55c784d38d84a35c8b1e75fd0581
