system=card
feed=account
biz_date=2025-10-31
batch_seq=1
mode=F
rows=168
sum_balance=386617.27
sha256=8693611d15e8eda879986f76ef4010375d9e1e4d97941f733dd4ce78a5866fe3
