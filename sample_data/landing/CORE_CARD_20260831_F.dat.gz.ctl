system=core
feed=card
biz_date=2026-08-31
batch_seq=1
mode=F
rows=676
sha256=2f89c0b4ae9a51a842f7819d26b8c9080c02f50563bcf83c3707519918c46ed6
