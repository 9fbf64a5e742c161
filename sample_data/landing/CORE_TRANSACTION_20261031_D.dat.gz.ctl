system=core
feed=transaction
biz_date=2026-10-31
batch_seq=1
mode=D
rows=7828
sum_amount=89408363.60
sha256=95add5da5abdce56c1b8616b6f02dea21e5adde51179833d48cfd0e192491d7c
