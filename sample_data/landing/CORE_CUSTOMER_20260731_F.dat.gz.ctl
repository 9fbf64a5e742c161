system=core
feed=customer
biz_date=2026-07-31
batch_seq=1
mode=F
rows=747
sha256=82a6a631a34575f05cbde3c8574490a17e499d6cc3990d3e2c9fed751ab712fb
