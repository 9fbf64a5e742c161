system=card
feed=customer
biz_date=2026-07-31
batch_seq=1
mode=F
rows=177
sha256=97c1fb4aafae566fd85cee2844972516b0bb18e93ca5b65001332cda973a2192
