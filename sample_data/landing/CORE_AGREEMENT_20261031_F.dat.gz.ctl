system=core
feed=agreement
biz_date=2026-10-31
batch_seq=1
mode=F
rows=300
sha256=d85eeae68c0e1d3434d7cf1e1bd500c70c06485091b6185d4bf9ac9386a3debd
