system=core
feed=transaction
biz_date=2025-08-31
batch_seq=1
mode=D
rows=7071
sum_amount=70181095.12
sha256=e51b0fabc33c63abaca07a685d093d55eece60c75a5e85578edb2a58faad2751
