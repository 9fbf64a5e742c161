system=fund
feed=account
biz_date=2026-03-31
batch_seq=1
mode=F
rows=246
sum_balance=25849328.66
sha256=5042c050589c2adb9d0274953d41140e73206755579b284c1efecd039cf409c8
