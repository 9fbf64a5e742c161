system=core
feed=document
biz_date=2026-04-30
batch_seq=1
mode=F
rows=778
sha256=70c1822fb232a2882ed7adee9b22caefbbfe6ba1380b62f49d04ca9a7c56ccee
