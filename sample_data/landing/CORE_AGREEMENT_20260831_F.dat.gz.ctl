system=core
feed=agreement
biz_date=2026-08-31
batch_seq=1
mode=F
rows=296
sha256=44dbb6c6ea39bf5d30f83274ab376cd25320938eb03f072b232d7a17a3445793
