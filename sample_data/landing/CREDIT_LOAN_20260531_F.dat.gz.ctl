system=credit
feed=loan
biz_date=2026-05-31
batch_seq=1
mode=F
rows=153
sum_balance=70174007.63
sha256=d3a9e6a87586119c4b3ba121f9c2c77cf17e19cd935aafb6278c7540678324b8
