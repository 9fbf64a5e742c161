system=channel
feed=customer
biz_date=2026-07-31
batch_seq=1
mode=F
rows=461
sha256=c8f746bba0e39058738a929de8c171a3cd682ffefb1fc96c2b20562bcdfe11e4
