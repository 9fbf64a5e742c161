system=channel
feed=customer
biz_date=2026-10-31
batch_seq=1
mode=F
rows=461
sha256=67ece0fd2d0f5170ee53a6e400ab5efcb6891b8477972de2afbc232c04c063a1
