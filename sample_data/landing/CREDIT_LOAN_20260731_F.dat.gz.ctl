system=credit
feed=loan
biz_date=2026-07-31
batch_seq=1
mode=F
rows=153
sum_balance=68386812.71
sha256=ce53af7c7b26b08f19f1fd82d90ff5f785a7f08ffa31bcbb80950e3cc83abeb1
