system=channel
feed=contact
biz_date=2025-10-31
batch_seq=1
mode=D
rows=83
sha256=f89b7437f696104eaae9e3d9ae0fc10b54c2a627f2de3107288dbff429164f28
