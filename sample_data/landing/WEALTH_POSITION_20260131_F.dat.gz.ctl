system=wealth
feed=position
biz_date=2026-01-31
batch_seq=1
mode=F
rows=162
sum_market_value=38910216.73
sha256=f8d890ad5d90e131843ffee0f2a1ce4f20f8552ec2a17255fefba9f7be8291cf
