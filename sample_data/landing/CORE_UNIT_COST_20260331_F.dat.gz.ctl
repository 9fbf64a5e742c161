system=core
feed=unit_cost
biz_date=2026-03-31
batch_seq=1
mode=F
rows=11
sha256=e4566a815492ac01b17a822a173e43ba7a22cf0eb67cc5948c81dded42196f1e
