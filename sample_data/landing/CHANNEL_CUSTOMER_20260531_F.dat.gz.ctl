system=channel
feed=customer
biz_date=2026-05-31
batch_seq=1
mode=F
rows=456
sha256=33f136749d90e53fb441f6d6b9ece023beded6d19f86261180c1467b00372c01
