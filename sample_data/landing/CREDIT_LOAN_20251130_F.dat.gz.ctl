system=credit
feed=loan
biz_date=2025-11-30
batch_seq=1
mode=F
rows=155
sum_balance=73338742.97
sha256=0d771b7552a2f91629764d039d62634b4668cbf253102508aa78b8d042c58078
