system=wealth
feed=position
biz_date=2025-11-30
batch_seq=1
mode=F
rows=160
sum_market_value=37866028.04
sha256=095174575a8704f9a9cc70bad035071d3755a0b4e86430cd87c43872129c6b6c
