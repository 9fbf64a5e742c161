system=wealth
feed=position
biz_date=2026-03-31
batch_seq=1
mode=F
rows=167
sum_market_value=38524644.77
sha256=49609a680d6360b068229c43b615af5050b90d97061ae05d39eb95158808866f
