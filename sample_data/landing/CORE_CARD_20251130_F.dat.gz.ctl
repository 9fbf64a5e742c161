system=core
feed=card
biz_date=2025-11-30
batch_seq=1
mode=F
rows=654
sha256=a4097cf60d202b676de79ce7acbe422ac0813da0160563d3c09410f2d86c8e5f
