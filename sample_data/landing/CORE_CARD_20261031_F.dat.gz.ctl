system=core
feed=card
biz_date=2026-10-31
batch_seq=1
mode=F
rows=683
sha256=18a115cab32889c8fc2284a782ea5fd52a1f89accb91dc1385e62ce9b80c0113
