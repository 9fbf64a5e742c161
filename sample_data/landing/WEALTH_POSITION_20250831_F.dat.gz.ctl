system=wealth
feed=position
biz_date=2025-08-31
batch_seq=1
mode=F
rows=152
sum_market_value=37096523.51
sha256=8a3cb0a1a530d58df71728503a4f82ae34a4776c04d75294b5bf6074d7a8041c
