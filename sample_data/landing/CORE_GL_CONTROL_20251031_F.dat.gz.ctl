system=core
feed=gl_control
biz_date=2025-10-31
batch_seq=1
mode=F
rows=35
sum_balance=188309762.53
sha256=72fe59aeb1de2af99cb8d877a8d417d84b64be8a941d698fcbb494a28721c581
