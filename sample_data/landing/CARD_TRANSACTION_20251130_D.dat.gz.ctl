system=card
feed=transaction
biz_date=2025-11-30
batch_seq=1
mode=D
rows=778
sum_amount=70874.14
sha256=6ebe8f4aa4cd981c37b735d67b82769b390bca9abaaa2f72e58ee18fd085279f
