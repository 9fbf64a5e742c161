system=card
feed=transaction
biz_date=2026-09-30
batch_seq=1
mode=D
rows=746
sum_amount=-16616.07
sha256=d3f984e8856d08b1831bc9d5aae4be6e8372b37aa83462639cf760540d17ea9a
