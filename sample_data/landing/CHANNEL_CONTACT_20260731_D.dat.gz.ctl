system=channel
feed=contact
biz_date=2026-07-31
batch_seq=1
mode=D
rows=104
sha256=c02bf33392b04176dce2547c39b005943ec6e6134dea9d5752736e321a8b66f9
