system=core
feed=agreement
biz_date=2025-12-31
batch_seq=1
mode=F
rows=287
sha256=e70ccfe85b3bffd7d8c932ca23b31ec910e09907c3acc269e211d9b32fc4cf99
