system=core
feed=document
biz_date=2026-10-31
batch_seq=1
mode=F
rows=798
sha256=259080a432562a490d0e95ed5878e57d1cc184e8a8e1dd4384d911fc71be2481
