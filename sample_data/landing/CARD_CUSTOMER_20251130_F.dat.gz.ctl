system=card
feed=customer
biz_date=2025-11-30
batch_seq=1
mode=F
rows=171
sha256=2082c3f70d2501320459f1bd000b820c8ea7c2dce44760d3b2af87bd348ccd05
