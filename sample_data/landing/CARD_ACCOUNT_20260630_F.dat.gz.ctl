system=card
feed=account
biz_date=2026-06-30
batch_seq=1
mode=F
rows=175
sum_balance=645958.54
sha256=7dc987ab07108c04f059ec8340139544e32269a3764feca7efe112eb98fc2412
