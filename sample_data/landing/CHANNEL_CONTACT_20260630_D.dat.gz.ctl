system=channel
feed=contact
biz_date=2026-06-30
batch_seq=1
mode=D
rows=116
sha256=768f73de0c76e8ee8c3b50be2423d26804ef13e2148e463ea6bac16b86e06460
