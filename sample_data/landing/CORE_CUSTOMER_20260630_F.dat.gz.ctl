system=core
feed=customer
biz_date=2026-06-30
batch_seq=1
mode=F
rows=743
sha256=0485d0156376b125594869525d5e521bbcdddbe10afdebc630477a24ded9480c
