system=card
feed=transaction
biz_date=2026-01-31
batch_seq=1
mode=D
rows=783
sum_amount=-1232.57
sha256=698e6979a21217ba9ae0ac58be84858890638ee525d4fd836c9906b08239884e
