system=core
feed=contact_point
biz_date=2025-12-31
batch_seq=1
mode=F
rows=1782
sha256=908a181f412ba0ae840bdcc71bc058f4754714ba3ab7554374b01b7d450efaad
