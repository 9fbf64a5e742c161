system=core
feed=account
biz_date=2025-09-30
batch_seq=1
mode=F
rows=1101
sum_balance=110620699.05
sha256=c3661506303fdf35cf2e9845f7c18cd412c35369cb58a37c38860c26b716724a
