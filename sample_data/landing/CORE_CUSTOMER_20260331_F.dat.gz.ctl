system=core
feed=customer
biz_date=2026-03-31
batch_seq=1
mode=F
rows=735
sha256=c771dea4a4b398510e2e5b9c4de859dce83704acd02b17d0a3ae238022486d61
