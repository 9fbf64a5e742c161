system=core
feed=contact_point
biz_date=2026-02-28
batch_seq=1
mode=F
rows=1789
sha256=f0b8a46cbcb31af9fe0184bc40cabf0f4d27c1005e71fa1476fd277fe54e9482
