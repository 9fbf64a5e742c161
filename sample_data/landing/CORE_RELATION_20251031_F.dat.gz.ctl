system=core
feed=relation
biz_date=2025-10-31
batch_seq=1
mode=F
rows=170
sha256=35843de89159524e44885bfc124fc6178921719c1b0affca9edbe24a946bad47
