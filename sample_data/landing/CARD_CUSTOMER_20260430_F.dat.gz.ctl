system=card
feed=customer
biz_date=2026-04-30
batch_seq=1
mode=F
rows=176
sha256=0d630bf9ed7621783b4a5f9badb5214db023a2c6e43144d10680d69baa1fd486
