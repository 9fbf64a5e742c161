system=card
feed=customer
biz_date=2026-08-31
batch_seq=1
mode=F
rows=177
sha256=701b5a2a58977e3f74ecf8d19511750c3b12b26b0e5efbca2f0bbfd866f1df66
