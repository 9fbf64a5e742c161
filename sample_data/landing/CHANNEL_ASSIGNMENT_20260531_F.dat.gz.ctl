system=channel
feed=assignment
biz_date=2026-05-31
batch_seq=1
mode=F
rows=207
sha256=8d394f9532ad78ea76738eeb7ae703117298b1ce18ce805e04e6544612103d4e
