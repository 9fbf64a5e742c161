system=fund
feed=account
biz_date=2026-04-30
batch_seq=1
mode=F
rows=247
sum_balance=26253782.66
sha256=fe1df1bca011d6029037340e685ea50e24a06285eb715ef871c16ae9bdc464c0
