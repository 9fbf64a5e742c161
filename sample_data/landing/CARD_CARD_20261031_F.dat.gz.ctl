system=card
feed=card
biz_date=2026-10-31
batch_seq=1
mode=F
rows=187
sha256=9f9c0e4dc38e42fa54b29580b5659351e528d135e93758fa555fa244c886d1e4
