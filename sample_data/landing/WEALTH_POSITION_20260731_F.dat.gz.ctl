system=wealth
feed=position
biz_date=2026-07-31
batch_seq=1
mode=F
rows=180
sum_market_value=41141416.73
sha256=a746255982ecbd79e3b8144bb4f747c8cccab0b01aa4073ea9dec70624441f06
