system=credit
feed=customer
biz_date=2026-08-31
batch_seq=1
mode=F
rows=154
sha256=21c537f244483901a9b6e1e9894f1011a43e2aea59b7798deedf2ac55c63a8a1
