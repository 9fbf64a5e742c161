system=core
feed=card
biz_date=2026-01-31
batch_seq=1
mode=F
rows=658
sha256=f130fd493eac845e411167905368ae3812facc8f8661682446b0e82bb5cdc2e3
