system=credit
feed=loan
biz_date=2025-12-31
batch_seq=1
mode=F
rows=153
sum_balance=73485554.56
sha256=fb57794c493cbc9aa7468e55da0a332c4988f9e9f79c4bd8e12f1e94ed2a6491
