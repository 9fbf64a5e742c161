system=channel
feed=customer
biz_date=2026-01-31
batch_seq=1
mode=F
rows=445
sha256=fb77779d433fc56a4d0378f645ae82bdbff4ad325d281bd8091065eb3fbd2197
