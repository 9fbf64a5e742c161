system=credit
feed=customer
biz_date=2025-11-30
batch_seq=1
mode=F
rows=152
sha256=0d0468dccc87c3302c013673f734a9b2afc34d10182ee0f9502b2e56265aef78
