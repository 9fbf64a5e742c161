system=core
feed=transaction
biz_date=2026-07-31
batch_seq=1
mode=D
rows=7684
sum_amount=84698978.29
sha256=024a02437175d863d01a3ec7e5e4dbc3970ee7c7f36b76f82bf59a84f1484da8
