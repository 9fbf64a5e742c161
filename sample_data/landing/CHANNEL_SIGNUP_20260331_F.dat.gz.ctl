system=channel
feed=signup
biz_date=2026-03-31
batch_seq=1
mode=F
rows=701
sha256=781ff5d2372e4961a861f2c671b1cd99b0acab86391eee6f472764a29df87779
