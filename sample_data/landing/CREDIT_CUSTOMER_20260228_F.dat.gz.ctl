system=credit
feed=customer
biz_date=2026-02-28
batch_seq=1
mode=F
rows=154
sha256=72c1df13d3b5f3718bbb989095105e317bca2d08b06f947cfe95465e7c1f3d46
