system=channel
feed=assignment
biz_date=2025-08-31
batch_seq=1
mode=F
rows=168
sha256=ce0bb7f8ac9ea620258dd43c4d765219dd048108ea69b7f352c388e48d54cb01
