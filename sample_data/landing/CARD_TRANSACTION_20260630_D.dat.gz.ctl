system=card
feed=transaction
biz_date=2026-06-30
batch_seq=1
mode=D
rows=795
sum_amount=3992.42
sha256=553bb80a44044b27e2e34bff2ef04e6aab2bcc5414e455695329487d0ddcbe51
