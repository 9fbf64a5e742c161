system=card
feed=transaction
biz_date=2025-08-31
batch_seq=1
mode=D
rows=729
sum_amount=318340.81
sha256=350ba5418f1f9716b77516afc53be014d8e158aff6c00f7927de6c2568a9c32a
