system=core
feed=card
biz_date=2026-06-30
batch_seq=1
mode=F
rows=669
sha256=cede2a6b5684f1c9b0bc160acfda6e7f20270f18f61435d7af116ad615f706f5
