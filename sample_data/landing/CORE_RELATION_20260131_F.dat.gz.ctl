system=core
feed=relation
biz_date=2026-01-31
batch_seq=1
mode=F
rows=176
sha256=a2f3f79f279261d16d28b0789ff06b2ae8be004fba2b320e75c19b368df044a0
