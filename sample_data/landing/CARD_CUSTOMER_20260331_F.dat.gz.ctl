system=card
feed=customer
biz_date=2026-03-31
batch_seq=1
mode=F
rows=174
sha256=fe7283c96ab3955b3518bad9c9b8b783e94e1c8f01df24406c2ca87eedad7be2
