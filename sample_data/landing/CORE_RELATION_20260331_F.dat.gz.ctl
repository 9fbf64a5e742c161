system=core
feed=relation
biz_date=2026-03-31
batch_seq=1
mode=F
rows=181
sha256=b00a39fb5869f6b44cd325d2c71afccc7e4b9efc7cf6de6983c368c820426891
