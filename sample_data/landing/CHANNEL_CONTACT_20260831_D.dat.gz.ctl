system=channel
feed=contact
biz_date=2026-08-31
batch_seq=1
mode=D
rows=102
sha256=f77f18308d98dd37572f52d2703ce5d2fcb29f3e5aba1e015ea224d321c17fc3
