system=core
feed=exchange_rate
biz_date=2025-11-30
batch_seq=1
mode=F
rows=4
sha256=8c95433f77efb12d2e8ee2a3a34a9669687dd71d8f9970640c5644f687891987
