system=fund
feed=customer
biz_date=2026-05-31
batch_seq=1
mode=F
rows=251
sha256=3116c303c6f61de1820f3222db7284f8a57285c0f10b9b4fe7095e058bb040e9
