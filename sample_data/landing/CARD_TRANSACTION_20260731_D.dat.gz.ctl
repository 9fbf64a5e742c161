system=card
feed=transaction
biz_date=2026-07-31
batch_seq=1
mode=D
rows=787
sum_amount=85757.77
sha256=4eab625a3b0d24c052ec010a01c5213de88d744fe3784a14d3cc580176c367c3
