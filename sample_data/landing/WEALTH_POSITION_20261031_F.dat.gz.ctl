system=wealth
feed=position
biz_date=2026-10-31
batch_seq=1
mode=F
rows=195
sum_market_value=42857363.54
sha256=240e8569f8f35e3d08c0c023041f24aefee09e6b74ad68e2d880c553f8b6138e
