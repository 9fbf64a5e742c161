system=core
feed=customer
biz_date=2025-08-31
batch_seq=1
mode=F
rows=713
sha256=d2380fc5f5105f0b02bfa69740e66e62658dbc6681d4098dbf1160f417fbaf0f
