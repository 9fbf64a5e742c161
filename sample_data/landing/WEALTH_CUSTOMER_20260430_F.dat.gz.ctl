system=wealth
feed=customer
biz_date=2026-04-30
batch_seq=1
mode=F
rows=80
sha256=366e258034184da21e9c8a4aa4e05c0ee6cde7d60dc83b2b569ca44c875bc614
