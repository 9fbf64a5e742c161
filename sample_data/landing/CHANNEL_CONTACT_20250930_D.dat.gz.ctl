system=channel
feed=contact
biz_date=2025-09-30
batch_seq=1
mode=D
rows=93
sha256=e6ede4e765d0d34d18fd3acde2c2f2d7291baaf415271f715d10540310e3c33f
