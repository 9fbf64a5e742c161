system=core
feed=account
biz_date=2025-10-31
batch_seq=1
mode=F
rows=1121
sum_balance=113767517.73
sha256=c1b4fd7c6a971b80fd5ac5e05f9ffa4bf880fcf68cf214baba80dbcc6c7afb4f
