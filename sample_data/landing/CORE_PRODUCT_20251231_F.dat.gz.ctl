system=core
feed=product
biz_date=2025-12-31
batch_seq=1
mode=F
rows=27
sha256=f7de1a3125e8a30edbcf364e2f8c09e50d58f90c64a3bf6e6e8c45696c1eb546
