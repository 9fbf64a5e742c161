system=channel
feed=signup
biz_date=2025-09-30
batch_seq=1
mode=F
rows=685
sha256=162b20d0e2f4c8ea756146d4a6741ce4259e890fb78d0593ac1d6ef3c9818042
