system=fund
feed=customer
biz_date=2026-10-31
batch_seq=1
mode=F
rows=255
sha256=9fd65f72bef33fc15b3c3ed710895152d624d5f322aa353dd769218561b45050
