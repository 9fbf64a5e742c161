system=credit
feed=loan
biz_date=2026-02-28
batch_seq=1
mode=F
rows=154
sum_balance=72851206.59
sha256=6ab17d6b558b1145257a356b161ccd1f2978e3620b943f98aa4fecaec517d824
