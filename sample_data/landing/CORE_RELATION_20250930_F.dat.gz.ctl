system=core
feed=relation
biz_date=2025-09-30
batch_seq=1
mode=F
rows=168
sha256=744ab224a7e631b3d29b2e56e1fe1d0197cf91a5baee5ad082b0703b0ea5a857
