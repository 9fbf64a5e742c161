system=core
feed=document
biz_date=2026-01-31
batch_seq=1
mode=F
rows=763
sha256=9f422dfe21896f371a76888d4570fe7acbdf85bf3c4be5563983a22b71e12fef
