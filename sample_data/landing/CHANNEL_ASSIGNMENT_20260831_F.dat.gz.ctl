system=channel
feed=assignment
biz_date=2026-08-31
batch_seq=1
mode=F
rows=213
sha256=cc449445c68b22705a42dce34ccb647c408e35f8cdd817911d1e64109ec579a0
