system=core
feed=transaction
biz_date=2026-01-31
batch_seq=1
mode=D
rows=7612
sum_amount=81004514.65
sha256=7e3bdd895b806253a3523e276ef03a6fddd27e2bd064521aa356479cee15fbc1
