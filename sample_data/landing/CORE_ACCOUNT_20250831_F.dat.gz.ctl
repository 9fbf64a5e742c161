system=core
feed=account
biz_date=2025-08-31
batch_seq=1
mode=F
rows=1086
sum_balance=101876661.48
sha256=85c39707fc2883b9c38107635184cc8ce2aa3d38511e7d0825aa6b33ffdb4cd2
