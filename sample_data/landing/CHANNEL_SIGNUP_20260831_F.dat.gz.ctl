system=channel
feed=signup
biz_date=2026-08-31
batch_seq=1
mode=F
rows=721
sha256=97d1cc6a354c7a455709e62ad6fef9e18e9b86d8587f3f6e73c5ea3078c5adeb
