system=fund
feed=account
biz_date=2026-01-31
batch_seq=1
mode=F
rows=246
sum_balance=25040208.66
sha256=727c8d7b20589f921dc37184a1297e22cf060e3028b01ced549ac1d2d4004bc1
