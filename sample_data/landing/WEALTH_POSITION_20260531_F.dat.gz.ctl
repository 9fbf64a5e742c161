system=wealth
feed=position
biz_date=2026-05-31
batch_seq=1
mode=F
rows=173
sum_market_value=39821780.15
sha256=6e943424323d01a0b417c15a5d962aa0095e6edbc7a7b70519b64ddfdcfb0aea
