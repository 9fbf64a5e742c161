system=card
feed=transaction
biz_date=2025-09-30
batch_seq=1
mode=D
rows=779
sum_amount=59700.10
sha256=e4b65a196d24d6c3dbc36413e68e06a594b57cddf09e267bb485084cc917af18
