system=credit
feed=organisation
biz_date=2025-10-31
batch_seq=1
mode=F
rows=8
sha256=7ec7a1d8e623be59df9bcc2850391a61185d69be8a5ac7e23a872af243fd7d38
