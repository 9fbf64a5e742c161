system=core
feed=account
biz_date=2025-11-30
batch_seq=1
mode=F
rows=1137
sum_balance=115203992.76
sha256=6ba1fc23972cc64bf05bcae5edf1f169e400af56f91be4127e8a9d540cd1a72c
