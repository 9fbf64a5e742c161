system=card
feed=account
biz_date=2026-10-31
batch_seq=1
mode=F
rows=176
sum_balance=713740.43
sha256=7555f5cdb00d5983e634f13f6540423bf0faef92a22dd3aff4ef45dd7a5a3140
