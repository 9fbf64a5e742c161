system=core
feed=agreement
biz_date=2026-07-31
batch_seq=1
mode=F
rows=295
sha256=9e5f6e38f150df23311a4737c0b1e82d1205f910848b90ad5da9ea8e57d96754
