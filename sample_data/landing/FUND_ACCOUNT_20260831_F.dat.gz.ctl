system=fund
feed=account
biz_date=2026-08-31
batch_seq=1
mode=F
rows=251
sum_balance=27873950.66
sha256=507a7b2250fa76b0f2de185ffcad18be5c5bba2b7a62e4037b67f055f1e915fa
