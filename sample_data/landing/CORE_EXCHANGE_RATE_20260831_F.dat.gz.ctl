system=core
feed=exchange_rate
biz_date=2026-08-31
batch_seq=1
mode=F
rows=4
sha256=4464640a3603cc293d3f270ef75b8e24f001adc519b8d29f97394e624f10ecec
