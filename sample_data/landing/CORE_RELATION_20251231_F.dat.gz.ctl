system=core
feed=relation
biz_date=2025-12-31
batch_seq=1
mode=F
rows=175
sha256=94ee8db73b7141707052027246ef5981f6f65598972d48ef28297af753639ca4
