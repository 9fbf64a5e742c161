system=fund
feed=account
biz_date=2026-07-31
batch_seq=1
mode=F
rows=250
sum_balance=27468320.66
sha256=d41edcdeffc67691681e7a35bf45d205467ddd8d6cc9977b61adbdcfef738090
