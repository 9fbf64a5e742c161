system=core
feed=ftp_curve
biz_date=2025-08-31
batch_seq=1
mode=F
rows=7
sha256=33fb4d7db7b46aa122918b6c74f7449a8646aa3c8a9f1e2bc02787df1454cbdc
