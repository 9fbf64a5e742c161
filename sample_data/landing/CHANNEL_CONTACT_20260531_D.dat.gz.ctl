system=channel
feed=contact
biz_date=2026-05-31
batch_seq=1
mode=D
rows=90
sha256=9dd741b566f7283ed9c8b64c862be1b0605c6f09084713d1cb01ec7bac2d3763
