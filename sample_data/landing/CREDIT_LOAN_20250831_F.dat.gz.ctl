system=credit
feed=loan
biz_date=2025-08-31
batch_seq=1
mode=F
rows=152
sum_balance=75591066.42
sha256=bf03ae46c9f6ca601743cdfbc84ccd83a7796ad4de6bbc821df0bbe80f8e4446
