system=core
feed=card
biz_date=2026-04-30
batch_seq=1
mode=F
rows=666
sha256=9354c7cfa8bfb9829975ed77652ca539b801f2e0d862901bca89ff056a0332a2
