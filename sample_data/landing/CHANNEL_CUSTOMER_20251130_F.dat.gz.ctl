system=channel
feed=customer
biz_date=2025-11-30
batch_seq=1
mode=F
rows=444
sha256=cff015e9c4f13ac8cc6436435c8e9650963c83e57addb2153101dc5808299644
