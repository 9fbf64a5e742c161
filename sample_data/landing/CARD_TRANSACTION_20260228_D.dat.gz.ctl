system=card
feed=transaction
biz_date=2026-02-28
batch_seq=1
mode=D
rows=811
sum_amount=7295.38
sha256=f8b503e6dd8c6b5fb96360fc88d28ca14b7a51c708bdd9536f74fce154e84b74
