system=wealth
feed=position
biz_date=2026-02-28
batch_seq=1
mode=F
rows=164
sum_market_value=39061289.57
sha256=84d70c670556b8edfb6467e399aba26aad1e93b471f5b0b53589295ab59bb62b
