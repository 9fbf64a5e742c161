system=fund
feed=customer
biz_date=2026-07-31
batch_seq=1
mode=F
rows=253
sha256=3f4cf251ed0d68a161d448444d1e3d946caf051618c060ea8b909107d11fbaa1
