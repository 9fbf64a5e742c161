system=channel
feed=contact
biz_date=2026-10-31
batch_seq=1
mode=D
rows=104
sha256=7b65031949fe75f81dac589401fea6b4c922c7c4e6082ffff54818eca512ecbf
