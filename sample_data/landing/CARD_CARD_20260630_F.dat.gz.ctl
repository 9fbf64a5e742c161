system=card
feed=card
biz_date=2026-06-30
batch_seq=1
mode=F
rows=186
sha256=2f45f0055c3cadca937d34db25d7e1d0e3efd8960835aa216ca860f2be945df5
