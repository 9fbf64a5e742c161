system=core
feed=transaction
biz_date=2026-09-30
batch_seq=1
mode=D
rows=8510
sum_amount=83784638.06
sha256=451d323d564718d7f2fcbb3eb491029935a85935cc4b3fa0b97b0bf0c6d7e1d3
