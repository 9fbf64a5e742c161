system=core
feed=customer
biz_date=2025-12-31
batch_seq=1
mode=F
rows=727
sha256=c090ea9f272e7ef9377a26740aa3c0d0a49af4d9ececb7201e8551351e4f2abb
