system=card
feed=transaction
biz_date=2025-10-31
batch_seq=1
mode=D
rows=747
sum_amount=8576.36
sha256=c5074b5ed01c87ad429473c3cbc0cb43e470902ae252dfa21da992247bdec0fa
