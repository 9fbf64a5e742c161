system=card
feed=account
biz_date=2026-08-31
batch_seq=1
mode=F
rows=175
sum_balance=711543.68
sha256=5674847e27a79e1d79f58758b70b54a30861aea0bc51999bbb517534431d9e0d
