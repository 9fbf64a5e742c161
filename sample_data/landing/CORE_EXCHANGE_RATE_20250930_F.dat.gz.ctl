system=core
feed=exchange_rate
biz_date=2025-09-30
batch_seq=1
mode=F
rows=4
sha256=c1be7fb5d373bf0f72846c22d3e20d223692598512b190113ec6dcf3ea3e2e92
