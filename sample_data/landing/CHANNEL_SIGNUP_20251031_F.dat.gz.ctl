system=channel
feed=signup
biz_date=2025-10-31
batch_seq=1
mode=F
rows=685
sha256=6fe50e24ec78521b35ff8d17345df4c0600f5f1d13d4591211b2882c41901894
