system=core
feed=gl_control
biz_date=2025-12-31
batch_seq=1
mode=F
rows=35
sum_balance=192330018.99
sha256=bfcd86734411ee28e69a056099e3e36712467df194af14888fc6934330583e02
