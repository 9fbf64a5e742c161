system=card
feed=customer
biz_date=2025-10-31
batch_seq=1
mode=F
rows=170
sha256=b7df44aa8a56a284f1639c3ab1ae0fd553bd53781fc160e118833b825fd09769
