system=credit
feed=customer
biz_date=2025-08-31
batch_seq=1
mode=F
rows=149
sha256=2f2e36ea6ed89edaf3082ef6cf10e006ec60fcd4ffa8483e6b3fea5698865ca4
