system=core
feed=agreement
biz_date=2025-10-31
batch_seq=1
mode=F
rows=281
sha256=216bfb40a56edd7446d0b8b27903898527bfbd3e3495c5cb6a779b3904455af3
