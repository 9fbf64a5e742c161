system=core
feed=card
biz_date=2025-08-31
batch_seq=1
mode=F
rows=645
sha256=de070633f52d12b56e11e047495d431e591a7b2ab73a53bc29fbb7b44bc569c9
