system=core
feed=gl_control
biz_date=2026-05-31
batch_seq=1
mode=F
rows=35
sum_balance=198098155.46
sha256=135b0d44d90b41d222e7fd6d7879c7f81239373ef5169dfcd8f7cf662f23571f
