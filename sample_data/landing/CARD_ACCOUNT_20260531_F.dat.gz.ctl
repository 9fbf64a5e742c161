system=card
feed=account
biz_date=2026-05-31
batch_seq=1
mode=F
rows=175
sum_balance=641966.12
sha256=bb6169f332cab0eb2c64cf8ba652e694c67308778f6ea5a0cda07c3f43724881
