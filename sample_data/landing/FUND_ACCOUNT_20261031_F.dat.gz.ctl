system=fund
feed=account
biz_date=2026-10-31
batch_seq=1
mode=F
rows=252
sum_balance=28687370.66
sha256=74f1f240f9f765763bc5b15b98023cfbd029264185530d0c644592e06eeaa4e9
