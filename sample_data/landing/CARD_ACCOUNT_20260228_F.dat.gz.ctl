system=card
feed=account
biz_date=2026-02-28
batch_seq=1
mode=F
rows=171
sum_balance=518004.61
sha256=2282e11a853889a9bca3cb6d85deb4497083e11f9630262137bef4fba48d4bc5
