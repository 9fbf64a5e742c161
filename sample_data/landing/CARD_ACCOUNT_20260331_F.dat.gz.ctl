system=card
feed=account
biz_date=2026-03-31
batch_seq=1
mode=F
rows=172
sum_balance=586867.44
sha256=9111086854c034389f2d841876a30c807f2f86a3ab746207b173d6300a61b382
