system=core
feed=contact_point
biz_date=2025-08-31
batch_seq=1
mode=F
rows=1746
sha256=53d1f42d20ee04248be549658e7a89461a903926daf31100c4f83fc93da52931
