system=core
feed=relation
biz_date=2026-10-31
batch_seq=1
mode=F
rows=191
sha256=021aa8dbf2edd219f5bd123a144a8ac0c98f4639780d651173a09416b306c001
