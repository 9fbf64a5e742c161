system=card
feed=transaction
biz_date=2026-04-30
batch_seq=1
mode=D
rows=772
sum_amount=8851.10
sha256=04ddf780437da4d6328adc21c046589356be75a87dd433ed98a0fdc942989c2d
