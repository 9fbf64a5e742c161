system=wealth
feed=position
biz_date=2026-06-30
batch_seq=1
mode=F
rows=176
sum_market_value=40693786.96
sha256=f94408239ab920f48cfdb58cbf707d478e9dbcc57ec62d5682cb3e5f48486d95
