system=wealth
feed=position
biz_date=2025-09-30
batch_seq=1
mode=F
rows=155
sum_market_value=37430498.97
sha256=24df3a09b208d5a1fd2e421f351e5b6bb0a0fcc9f3aa90125788565b3713305c
