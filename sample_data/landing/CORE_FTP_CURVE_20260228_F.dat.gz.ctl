system=core
feed=ftp_curve
biz_date=2026-02-28
batch_seq=1
mode=F
rows=7
sha256=4bdbd3c9ac21dd63271589eae4f77400aed2738bc1b61242f3bc7d88f25cd222
