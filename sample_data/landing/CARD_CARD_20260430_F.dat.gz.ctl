system=card
feed=card
biz_date=2026-04-30
batch_seq=1
mode=F
rows=185
sha256=afb0f770b570ec91bb394719f946cd39579a9f7840b04757be0a28a1ae4ceada
