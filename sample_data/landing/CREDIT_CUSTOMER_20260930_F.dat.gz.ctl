system=credit
feed=customer
biz_date=2026-09-30
batch_seq=1
mode=F
rows=154
sha256=a98f4b93518d3fe3854235b119dd6c2f7970535b3bdd7c549f73cd85570dd4bc
