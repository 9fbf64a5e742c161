system=channel
feed=contact
biz_date=2025-08-31
batch_seq=1
mode=D
rows=81
sha256=a8450402854661645b828010fd8142a08ce8be95d3869d72d7dba8f000699e4f
