system=fund
feed=account
biz_date=2025-08-31
batch_seq=1
mode=F
rows=246
sum_balance=23018512.66
sha256=5d5d5efcf0db50bd3fb9d7c0f425505236e744c13d53897d2f3e53a84964292c
