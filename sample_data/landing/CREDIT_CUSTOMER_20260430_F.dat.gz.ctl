system=credit
feed=customer
biz_date=2026-04-30
batch_seq=1
mode=F
rows=154
sha256=d7cf564ad6dfc9adb24bdae7e5ddcffed840622c8fdf98cbb665ac712c4ac308
