system=core
feed=exchange_rate
biz_date=2026-10-31
batch_seq=1
mode=F
rows=4
sha256=d1f5d0d052bdeed91b9dc8db93778b82774030b6578332a821a663399d79a4fc
