system=credit
feed=loan
biz_date=2026-08-31
batch_seq=1
mode=F
rows=153
sum_balance=67480110.86
sha256=2c18e401cf46bb029899b99b3ae6fa6dcf793c6d54748dd0b9abaa7e0ac7702c
