system=wealth
feed=position
biz_date=2026-08-31
batch_seq=1
mode=F
rows=188
sum_market_value=41958021.57
sha256=5441a928d93c2626b2242d56836ba731ec1a03e509e6ac91e791cfbc542e57c4
