system=fund
feed=customer
biz_date=2026-04-30
batch_seq=1
mode=F
rows=250
sha256=3873204169b82fbe31c3ba447bbd80e4f1f343114fac3fdb19cbf285db099721
