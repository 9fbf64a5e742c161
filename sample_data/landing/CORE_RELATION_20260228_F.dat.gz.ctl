system=core
feed=relation
biz_date=2026-02-28
batch_seq=1
mode=F
rows=178
sha256=61fe316c675f9cf3ccd82b0f9271f2e15974da7fd1f7e1f154d4de46a7a9c93a
