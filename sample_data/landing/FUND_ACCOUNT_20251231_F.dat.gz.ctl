system=fund
feed=account
biz_date=2025-12-31
batch_seq=1
mode=F
rows=246
sum_balance=24635542.66
sha256=03bb2b404087725b022eaeacd2a44eb8175ae0414859b174e00b3cefdc143576
