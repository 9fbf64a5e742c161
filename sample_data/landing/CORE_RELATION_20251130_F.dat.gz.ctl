system=core
feed=relation
biz_date=2025-11-30
batch_seq=1
mode=F
rows=172
sha256=ad3d3bacef085b216412db0347c5ddcfd373729cfa2639ebac8203df5b6b99b8
