system=core
feed=card
biz_date=2026-03-31
batch_seq=1
mode=F
rows=662
sha256=dc7ea78f4783e93ee3ae213839f4cadacceae885e5ca44048be0f5677ef47b9b
