system=channel
feed=customer
biz_date=2026-04-30
batch_seq=1
mode=F
rows=453
sha256=5331b89f249e6c99dd9685dc891d52b2b57e47da891fadbce3ff28ebbc6de479
