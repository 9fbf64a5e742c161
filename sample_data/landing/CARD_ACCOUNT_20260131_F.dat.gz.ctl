system=card
feed=account
biz_date=2026-01-31
batch_seq=1
mode=F
rows=171
sum_balance=510709.23
sha256=3ce121ba1e4a9778fde37bf282294c6ad54afa29eb863981cec69c596e81728f
