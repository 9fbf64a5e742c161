system=channel
feed=customer
biz_date=2025-12-31
batch_seq=1
mode=F
rows=444
sha256=1bd7740946e61115dd3a36a7ad7fe9f466ed15824b62fdff5d8e84c8e6473d71
