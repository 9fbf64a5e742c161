system=core
feed=relation
biz_date=2026-07-31
batch_seq=1
mode=F
rows=187
sha256=9f7f71c56a82c476a8ded0e4f987092afee03e77538e74313c6ec6e32a23f492
