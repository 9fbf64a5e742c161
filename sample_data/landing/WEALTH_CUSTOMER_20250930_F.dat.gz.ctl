system=wealth
feed=customer
biz_date=2025-09-30
batch_seq=1
mode=F
rows=79
sha256=e16b0dbb5e9836f242687dcf41b8b74e2d39b655a5b8a8099ecd1a2a10cafc1b
