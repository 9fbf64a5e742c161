system=card
feed=transaction
biz_date=2026-08-31
batch_seq=1
mode=D
rows=764
sum_amount=-20172.63
sha256=025645710c847af796b0ada2de192252eef893ba58cbba736bcd499c84367eb4
