system=credit
feed=customer
biz_date=2025-10-31
batch_seq=1
mode=F
rows=151
sha256=6fe7e74c2d76715ce4cd0d9b0294e24d881e1d52eed4486988f707ab478cf81a
