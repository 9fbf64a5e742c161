system=channel
feed=signup
biz_date=2026-07-31
batch_seq=1
mode=F
rows=721
sha256=f0cdbdfe293846f2b95237f9e3341597acc4fd522050407f9e6f55d89d6722d0
