system=core
feed=contact_point
biz_date=2026-04-30
batch_seq=1
mode=F
rows=1815
sha256=d41f766fab42b64303902c3f10e379b2178c6ca6d79dd11b8006deffcb86c127
