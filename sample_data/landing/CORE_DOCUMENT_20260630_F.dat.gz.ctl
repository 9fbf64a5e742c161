system=core
feed=document
biz_date=2026-06-30
batch_seq=1
mode=F
rows=783
sha256=275c78fd20543d5f588c5f8625ffb87a3301baf79fba4aa945b21c81ee07c451
