system=core
feed=transaction
biz_date=2026-05-31
batch_seq=1
mode=D
rows=7712
sum_amount=83543687.92
sha256=092b60078ce2325a219e474173e7756af8a3e8691d9606c5639b60c2cb08ae87
