system=channel
feed=contact
biz_date=2025-11-30
batch_seq=1
mode=D
rows=82
sha256=fb1a9756758906360865aef171e0f4249281cd922b45103a17074d74c4f16ae7
