system=channel
feed=contact
biz_date=2026-09-30
batch_seq=1
mode=D
rows=93
sha256=d2a03f9844361d884c01f763486a80909962a1cf886b4ad5617d0a0f288ee9f7
