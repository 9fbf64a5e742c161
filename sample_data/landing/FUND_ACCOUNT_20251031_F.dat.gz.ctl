system=fund
feed=account
biz_date=2025-10-31
batch_seq=1
mode=F
rows=246
sum_balance=23827860.66
sha256=443e6569752a21436c818c657cc96039413f4a04af2b13b7a1000680ac4538b9
