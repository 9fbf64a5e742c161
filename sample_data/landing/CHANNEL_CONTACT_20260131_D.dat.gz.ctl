system=channel
feed=contact
biz_date=2026-01-31
batch_seq=1
mode=D
rows=82
sha256=7eb4b210b8f1cc8cb7f2d9421d3f541b248af6c6a80ebae761cec61359f7d864
