system=core
feed=agreement
biz_date=2026-05-31
batch_seq=1
mode=F
rows=293
sha256=31433d4956bb0cd780a58b4151ad0b6f38b9c1785989d1d06cd5e5a15e4af929
