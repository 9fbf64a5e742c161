system=credit
feed=loan
biz_date=2025-10-31
batch_seq=1
mode=F
rows=154
sum_balance=74155627.53
sha256=a63cc93f7325b8dedb64f1677983d21f75216c39f393bf684cb303e1cfacb419
