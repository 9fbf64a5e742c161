system=card
feed=card
biz_date=2025-08-31
batch_seq=1
mode=F
rows=178
sha256=8d449e7fe3827f69779f0c0e18c190b7e9a482a3f4adb5a0e03543633c92343e
