system=card
feed=customer
biz_date=2025-09-30
batch_seq=1
mode=F
rows=169
sha256=eedb7ac4757d683377ca8c37b00fe194f27edc3609bcd0ccef6f50b02b640bb6
