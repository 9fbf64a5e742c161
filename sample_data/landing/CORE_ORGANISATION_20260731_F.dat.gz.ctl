system=core
feed=organisation
biz_date=2026-07-31
batch_seq=1
mode=F
rows=46
sha256=a64b8cd10864df62b72677b9e80a53b41b4acbec6a31e46cfdcd286bc9075204
