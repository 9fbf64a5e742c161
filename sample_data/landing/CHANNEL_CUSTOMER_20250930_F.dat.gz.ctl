system=channel
feed=customer
biz_date=2025-09-30
batch_seq=1
mode=F
rows=439
sha256=8b4ea414c9d55fe6496715fb54b61ab533523cbe277ca27f9618eb6746f1bcdc
