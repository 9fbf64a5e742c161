system=core
feed=account
biz_date=2026-08-31
batch_seq=1
mode=F
rows=1281
sum_balance=131914141.34
sha256=e073ddcd34ab6feb57b60ab34c55822b6aeff4fe20ed4d573a74c9d85c545048
