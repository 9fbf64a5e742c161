system=core
feed=staff
biz_date=2026-06-30
batch_seq=1
mode=F
rows=32
sha256=e3bfa11164c3aadef871eca353391defe4396f839226dbcf282e9f051f7000b0
