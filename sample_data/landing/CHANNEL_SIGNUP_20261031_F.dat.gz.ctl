system=channel
feed=signup
biz_date=2026-10-31
batch_seq=1
mode=F
rows=721
sha256=d64d10410e4f9fbb989962f7870b60adc41be7ae9a1d8494b5c0c086cd55d54f
