system=core
feed=exchange_rate
biz_date=2025-10-31
batch_seq=1
mode=F
rows=4
sha256=d5ac76406cce820326a7ebbc560bce6549e0c2b555d9f65bdc609255229b93c1
