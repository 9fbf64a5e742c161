system=card
feed=card
biz_date=2025-12-31
batch_seq=1
mode=F
rows=180
sha256=1fd85d7308da74aefcac0f3f6c19336fc401544acaf033d64b60c47eca7e03cc
