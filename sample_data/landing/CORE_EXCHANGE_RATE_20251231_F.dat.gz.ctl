system=core
feed=exchange_rate
biz_date=2025-12-31
batch_seq=1
mode=F
rows=4
sha256=5b8c0a39e7c77f5764352a72d7264b0f28c4e712d233a5e95511f9d6b7b6ca12
