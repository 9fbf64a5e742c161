system=core
feed=transaction
biz_date=2026-02-28
batch_seq=1
mode=D
rows=7784
sum_amount=89611257.48
sha256=2b109263149e8955969d88b0336bf8e02eaf385c2ef1796c458664de4311cf43
