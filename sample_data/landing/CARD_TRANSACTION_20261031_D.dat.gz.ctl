system=card
feed=transaction
biz_date=2026-10-31
batch_seq=1
mode=D
rows=761
sum_amount=18812.82
sha256=d089149f214d6526ce64f715aff84b8a386830900928cf699e36c8efd339d6c1
