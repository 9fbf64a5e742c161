system=core
feed=account
biz_date=2026-06-30
batch_seq=1
mode=F
rows=1247
sum_balance=131258538.08
sha256=b414caaa7bcebe49a208a1655f5f601c0cd7a7e57c6e4a47b2868348b4d31809
