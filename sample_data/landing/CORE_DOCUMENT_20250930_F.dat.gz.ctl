system=core
feed=document
biz_date=2025-09-30
batch_seq=1
mode=F
rows=749
sha256=8b3927fa722cce88b5a6ebba7c1ef56522faea76ed7c10f1b32166a7c30df670
