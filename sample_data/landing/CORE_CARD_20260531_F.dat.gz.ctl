system=core
feed=card
biz_date=2026-05-31
batch_seq=1
mode=F
rows=668
sha256=0c1358e241b9c24a13b4fe0bc1c18286083d7f3b40d481de01fb1d2115509ec6
