system=core
feed=account
biz_date=2026-05-31
batch_seq=1
mode=F
rows=1226
sum_balance=127282181.71
sha256=a912d7f7c243f6102af9637acac59cce73f308298a9f0e71921c7ab5c419a6a1
