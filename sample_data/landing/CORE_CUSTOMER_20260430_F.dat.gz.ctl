system=core
feed=customer
biz_date=2026-04-30
batch_seq=1
mode=F
rows=739
sha256=79592b36e3401db65ff353f1411179ae590b6c4bc6912ab7ff7b5e5de9e82afa
