system=core
feed=contact_point
biz_date=2026-01-31
batch_seq=1
mode=F
rows=1784
sha256=2e22d7b51c3c3d9cb325d7b9dd4daeedd738f791d8a24c37fbdeaf8f68117ce2
