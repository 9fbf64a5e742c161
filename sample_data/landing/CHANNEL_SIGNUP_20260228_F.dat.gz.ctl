system=channel
feed=signup
biz_date=2026-02-28
batch_seq=1
mode=F
rows=696
sha256=3bfcfa56271ee0f5d20a970391c21d8c54aa804b378b27b55ecb7fa82f5989d6
