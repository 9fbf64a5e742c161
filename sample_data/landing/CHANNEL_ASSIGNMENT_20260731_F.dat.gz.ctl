system=channel
feed=assignment
biz_date=2026-07-31
batch_seq=1
mode=F
rows=211
sha256=e4c450059aa2cacbe3720efb441e17a297db4c75a7c7a5bf84c8e2980988d835
