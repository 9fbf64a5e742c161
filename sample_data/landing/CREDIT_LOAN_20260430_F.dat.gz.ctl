system=credit
feed=loan
biz_date=2026-04-30
batch_seq=1
mode=F
rows=153
sum_balance=71067151.23
sha256=ac5663710a8376ee05f7408d21a51e490ef30eadcb24793ae726284394845672
