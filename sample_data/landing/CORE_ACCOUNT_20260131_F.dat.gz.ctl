system=core
feed=account
biz_date=2026-01-31
batch_seq=1
mode=F
rows=1169
sum_balance=122217496.50
sha256=6226b96bc86d59ee132ab746023a5f638fa9811e80bc76edcedefd8ccb00d0fe
