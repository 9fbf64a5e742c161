system=channel
feed=customer
biz_date=2026-08-31
batch_seq=1
mode=F
rows=461
sha256=549792050bd23c7b7de8139e286e38b7dd28e4ba6ad799d7f4513f4dacb72b79
