system=core
feed=relation
biz_date=2026-06-30
batch_seq=1
mode=F
rows=186
sha256=ef639d5904e9e4c920287e4d24e1ec85efb714ea45f25c135ba015ca7dc34769
