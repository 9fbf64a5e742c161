system=core
feed=transaction
biz_date=2025-11-30
batch_seq=1
mode=D
rows=8143
sum_amount=85074666.33
sha256=0a8cb666cd3e276ee6b61a213c9124e73430f1d9c1cbf950eefa0945f04127c5
