system=core
feed=transaction
biz_date=2026-08-31
batch_seq=1
mode=D
rows=7749
sum_amount=84665113.08
sha256=381ebd5a5d84ce50a77a0dcde3c3804aab909b61bfd74d2378f58f33397c597f
