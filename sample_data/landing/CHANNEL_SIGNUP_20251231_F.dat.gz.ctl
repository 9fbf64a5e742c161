system=channel
feed=signup
biz_date=2025-12-31
batch_seq=1
mode=F
rows=693
sha256=9834cdc8b93c0588268d80a281dbe89f2c312ef97beb157c2edffec93ceb2ae1
