system=channel
feed=customer
biz_date=2026-03-31
batch_seq=1
mode=F
rows=449
sha256=ee8332cac4fec56833be406c740c68718c7a3fd5ad698337843b2c82ef6e1618
