system=channel
feed=customer
biz_date=2026-02-28
batch_seq=1
mode=F
rows=446
sha256=6869bdf9b720c3110a4d1beb3e3c2d21782f0dac4066672076be39d2603a3426
