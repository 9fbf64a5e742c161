system=core
feed=customer
biz_date=2026-05-31
batch_seq=1
mode=F
rows=741
sha256=037ae110de329f466a1aeec891fafb7bca3ada47672abb2a31f6d15f92c04f88
