system=fund
feed=customer
biz_date=2026-02-28
batch_seq=1
mode=F
rows=249
sha256=460640fa367d54ec3778b6c2ad09819d8fc5a4d1273e68bffd084656ec81875e
