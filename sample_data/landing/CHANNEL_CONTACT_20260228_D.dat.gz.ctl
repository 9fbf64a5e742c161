system=channel
feed=contact
biz_date=2026-02-28
batch_seq=1
mode=D
rows=92
sha256=093f5d611e42c28ffa8ff546b6d7cff8b4b38dbb994683ce72d908ce07603571
