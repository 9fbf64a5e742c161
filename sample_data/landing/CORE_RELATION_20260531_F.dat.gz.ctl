system=core
feed=relation
biz_date=2026-05-31
batch_seq=1
mode=F
rows=185
sha256=1539ab942fbc4d9c084bbf78dd18ba0e7ff329eabfd73c6a4b2aee05b65a2697
