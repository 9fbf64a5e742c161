system=core
feed=transaction
biz_date=2026-04-30
batch_seq=1
mode=D
rows=7659
sum_amount=78516068.07
sha256=2d15957864c1ad11efb1387c3659c35c4cd3c5adab847d2c3a6874445d9a7961
