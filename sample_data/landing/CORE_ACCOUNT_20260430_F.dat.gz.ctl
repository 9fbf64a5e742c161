system=core
feed=account
biz_date=2026-04-30
batch_seq=1
mode=F
rows=1208
sum_balance=122452404.77
sha256=285faea387dfa95ed167a718e59011d2e1e698ee05ba07da5433423f1121c379
