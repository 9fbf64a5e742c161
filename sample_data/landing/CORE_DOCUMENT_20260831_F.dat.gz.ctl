system=core
feed=document
biz_date=2026-08-31
batch_seq=1
mode=F
rows=790
sha256=085b154eb12dc9fa915e324be6558644d49e7968e358d60e2baa48b42692f6d7
