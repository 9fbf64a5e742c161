system=core
feed=card
biz_date=2025-09-30
batch_seq=1
mode=F
rows=647
sha256=b9798e32e9f0cefcba4b4651cb23d8cbeb519c12088d2dbeee33b51460f706b5
