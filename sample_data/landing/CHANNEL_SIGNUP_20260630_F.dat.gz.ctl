system=channel
feed=signup
biz_date=2026-06-30
batch_seq=1
mode=F
rows=720
sha256=6e9b0d55bad1e5315aa747bbbec479f9f0cf54d0d38dd6093fd4daf99630bf17
