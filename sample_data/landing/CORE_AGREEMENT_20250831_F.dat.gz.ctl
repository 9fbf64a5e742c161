system=core
feed=agreement
biz_date=2025-08-31
batch_seq=1
mode=F
rows=279
sha256=4eaee0db65acc8fadac4c42a1701933148fa2f797f1b54e75d9970a55f463c18
