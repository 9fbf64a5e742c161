system=channel
feed=assignment
biz_date=2026-01-31
batch_seq=1
mode=F
rows=191
sha256=53d092689dd6f16bb38906fc89c366c6a3d7c17da4e0f5e591a8a40c84e89ea2
