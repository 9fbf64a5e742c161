system=channel
feed=assignment
biz_date=2026-04-30
batch_seq=1
mode=F
rows=203
sha256=61a4c6afa8980fac54f0c7df12227cde63bdfade208f4661e53e5775826b2e46
