system=wealth
feed=position
biz_date=2025-12-31
batch_seq=1
mode=F
rows=162
sum_market_value=38797676.50
sha256=96994a943dc1de485f2c6605efffc8969b16da4118cea0086d99239046059fb4
