system=core
feed=gl_control
biz_date=2026-10-31
batch_seq=1
mode=F
rows=35
sum_balance=204233502.33
sha256=8b01053f8342d6380dcb2ee92443059fefe3ca034b52be34075500cad067dcdc
