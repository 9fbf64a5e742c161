system=channel
feed=assignment
biz_date=2026-06-30
batch_seq=1
mode=F
rows=208
sha256=f5519bed5da2fe3f6be762df543466d8d91d394ec3aa7a459ba029ae0866691d
