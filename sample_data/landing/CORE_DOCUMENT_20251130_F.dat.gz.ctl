system=core
feed=document
biz_date=2025-11-30
batch_seq=1
mode=F
rows=759
sha256=29b1610eda0fdca4576d09b2c8e30bcc82d7d3fb1f5022df87631ccbebcb0847
