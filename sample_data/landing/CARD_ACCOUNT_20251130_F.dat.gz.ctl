system=card
feed=account
biz_date=2025-11-30
batch_seq=1
mode=F
rows=169
sum_balance=457491.41
sha256=960d55d655ba851d279e79ea9d1a61d7733bb1211ba30d296c23a201dd882fec
