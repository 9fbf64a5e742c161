system=core
feed=customer
biz_date=2025-09-30
batch_seq=1
mode=F
rows=715
sha256=01ab78abb1f2872598796faa20a6ddfaae00dbb25b036a2f74042c0d556c44ae
