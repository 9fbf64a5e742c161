system=core
feed=exchange_rate
biz_date=2026-02-28
batch_seq=1
mode=F
rows=4
sha256=3bcf05b5f5d91cc018a7dab689bbe0f7ca6517f7a27ecc40466fced2f37c8a57
