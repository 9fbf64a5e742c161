system=channel
feed=assignment
biz_date=2025-09-30
batch_seq=1
mode=F
rows=172
sha256=2ef13bb75d319159851d1a685027256778fdd624bb7fb348f0c6a6cc3e39b5dd
