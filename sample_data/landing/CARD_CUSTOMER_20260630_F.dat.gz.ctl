system=card
feed=customer
biz_date=2026-06-30
batch_seq=1
mode=F
rows=177
sha256=757ed541758efddb7ac1355287d3c07abca23a533cc205710c0c571e8bab0f43
