system=core
feed=ftp_curve
biz_date=2026-03-31
batch_seq=1
mode=F
rows=7
sha256=bc7179c5464d83d789eb6eb65f37e843eea35d24e8ab2d87e6a414127bf54309
