system=core
feed=relation
biz_date=2026-08-31
batch_seq=1
mode=F
rows=188
sha256=a8316e07fba0d46a9d2f7f4b6e53d3e0f4042adcb2c5736f53bb3e5bd70251da
