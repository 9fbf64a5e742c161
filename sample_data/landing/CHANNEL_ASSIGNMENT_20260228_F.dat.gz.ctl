system=channel
feed=assignment
biz_date=2026-02-28
batch_seq=1
mode=F
rows=202
sha256=c23436bb0ccd32f99e76eee5d225dcdc931dbc6a04b34ae794b8cfaca7938777
