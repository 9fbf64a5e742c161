system=channel
feed=signup
biz_date=2025-08-31
batch_seq=1
mode=F
rows=680
sha256=1bd0c3307738f797c97cff3dfa1b3fc85464b4f6f43c9dcbd3bdf599ed53a264
