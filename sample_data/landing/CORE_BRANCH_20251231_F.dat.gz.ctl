system=core
feed=branch
biz_date=2025-12-31
batch_seq=1
mode=F
rows=6
sha256=730db215f6390f8b31ae9c2754d30b3ea79838c96a5d481f996cd051f89556a6
