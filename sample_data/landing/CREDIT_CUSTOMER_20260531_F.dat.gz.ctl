system=credit
feed=customer
biz_date=2026-05-31
batch_seq=1
mode=F
rows=154
sha256=ede341c0aa07f8844d76cf7098421170a6dcd4a9734ec9ea347f7cdf9dd0a24f
