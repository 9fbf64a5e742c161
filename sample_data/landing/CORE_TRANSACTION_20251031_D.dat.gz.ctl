system=core
feed=transaction
biz_date=2025-10-31
batch_seq=1
mode=D
rows=7520
sum_amount=78508228.41
sha256=77568ca1929c36bbbac626438cd0bb499e1c51d3d3c0effd8c61de70242a26f8
