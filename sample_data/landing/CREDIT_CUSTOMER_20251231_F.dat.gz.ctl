system=credit
feed=customer
biz_date=2025-12-31
batch_seq=1
mode=F
rows=153
sha256=a8afa0d316a4bf4d272555787720fd393f37e4f4dacb0dda89842ae2a26fd11a
