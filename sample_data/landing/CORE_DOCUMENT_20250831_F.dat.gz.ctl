system=core
feed=document
biz_date=2025-08-31
batch_seq=1
mode=F
rows=747
sha256=e2ab8c83ed9a65a0bd0e2219fa14917bba109c6164e87a72f419e1b586f1b103
