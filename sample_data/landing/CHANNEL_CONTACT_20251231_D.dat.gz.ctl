system=channel
feed=contact
biz_date=2025-12-31
batch_seq=1
mode=D
rows=90
sha256=4db4aac7be751e0fb77d4b4a7308cf27da2d089d7cb6440b4124b6835e02daba
