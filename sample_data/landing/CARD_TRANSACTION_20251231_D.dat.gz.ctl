system=card
feed=transaction
biz_date=2025-12-31
batch_seq=1
mode=D
rows=814
sum_amount=54450.39
sha256=de6f92cb38e12b0a5eeaae714fb5fcd492a3fdd47f2cd187e669aee348088ff2
