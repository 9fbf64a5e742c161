system=wealth
feed=position
biz_date=2026-04-30
batch_seq=1
mode=F
rows=167
sum_market_value=38357554.53
sha256=57a9d7f99ca59b5466a32c32a92c5cbd0f9b74ccd71560e8135d68e9e64e266f
