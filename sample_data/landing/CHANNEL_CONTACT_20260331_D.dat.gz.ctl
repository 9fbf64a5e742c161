system=channel
feed=contact
biz_date=2026-03-31
batch_seq=1
mode=D
rows=99
sha256=9f63d95c246ab58b48ce0505c0d36d6c3ce58bc4daa24caddd5ac7c7c40677c2
