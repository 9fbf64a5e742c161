system=core
feed=customer
biz_date=2026-02-28
batch_seq=1
mode=F
rows=730
sha256=549499b80a347a7cbcf370935edc36729ad1139ce7bbac05fabf26f0c05c3b8d
