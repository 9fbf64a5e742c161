system=core
feed=card
biz_date=2025-10-31
batch_seq=1
mode=F
rows=651
sha256=237459af63b0e66e7ad03b36868103ff1337a2b0b2a1ec9f20f93186f96431bf
