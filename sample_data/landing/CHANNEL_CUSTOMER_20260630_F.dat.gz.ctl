system=channel
feed=customer
biz_date=2026-06-30
batch_seq=1
mode=F
rows=460
sha256=6364d1fb9da834578df5245501fa9fb23aa43da50727fbef243c5db95583f04d
