system=wealth
feed=customer
biz_date=2025-12-31
batch_seq=1
mode=F
rows=80
sha256=f8c77bc87a54d43801bea9e79110bc73d5c5650bdd82f6bdc33f6b3fde6a9bda
