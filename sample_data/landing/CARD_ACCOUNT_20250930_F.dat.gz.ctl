system=card
feed=account
biz_date=2025-09-30
batch_seq=1
mode=F
rows=167
sum_balance=378040.91
sha256=c1e4d96bff8700a67de4f001e070ed9ea970444b2dc01b555b04ef8c242a1240
