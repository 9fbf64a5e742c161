system=channel
feed=assignment
biz_date=2025-10-31
batch_seq=1
mode=F
rows=175
sha256=2bf8fc45454144cb45450ffb53aa2eacb27e72d9fe3aafef6d184064f4ccb5f6
