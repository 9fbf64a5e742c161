system=channel
feed=customer
biz_date=2025-08-31
batch_seq=1
mode=F
rows=436
sha256=cf6b0810eaff4651b8f1e72b13fefcd08ad444ceaa6a0122a6370f71ff248200
