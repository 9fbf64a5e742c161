system=core
feed=customer
biz_date=2025-11-30
batch_seq=1
mode=F
rows=724
sha256=560319b4e16ecb196893c9f791668f97007fe45b39efd6949bd2a196a4a3a14c
