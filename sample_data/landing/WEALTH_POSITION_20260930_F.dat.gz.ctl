system=wealth
feed=position
biz_date=2026-09-30
batch_seq=1
mode=F
rows=190
sum_market_value=42198354.69
sha256=452aba6da52762a54488cfb7a92e8c12ce328553d3f8cbd852fee5309a02d772
