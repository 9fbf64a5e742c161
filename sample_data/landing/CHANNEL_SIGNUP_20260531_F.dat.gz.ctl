system=channel
feed=signup
biz_date=2026-05-31
batch_seq=1
mode=F
rows=711
sha256=f9f81f0137d1fcc5bd0882249511dd679574afd3844d1500f455aa70e35e1c74
