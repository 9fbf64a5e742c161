system=core
feed=exchange_rate
biz_date=2026-05-31
batch_seq=1
mode=F
rows=4
sha256=488e4abad64ba763b59880f618e077478b418038d0c96f9dd6b30578f593b76c
