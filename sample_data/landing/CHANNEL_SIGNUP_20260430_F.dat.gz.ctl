system=channel
feed=signup
biz_date=2026-04-30
batch_seq=1
mode=F
rows=707
sha256=09a565a29a0e360b4a1077b0d21296b7e5cba4933b247cc87768df714e457b27
