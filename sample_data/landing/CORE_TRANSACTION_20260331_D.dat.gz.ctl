system=core
feed=transaction
biz_date=2026-03-31
batch_seq=1
mode=D
rows=8341
sum_amount=80904552.39
sha256=533afbe9e6db072791cf91d575ab283689d9c36de563516e61485225e24b80f4
