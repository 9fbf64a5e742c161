system=core
feed=customer
biz_date=2025-10-31
batch_seq=1
mode=F
rows=720
sha256=e8bb7c71e3ed582c50678e68d6ded0caaadf2846fe75f7388774386ed1fd8c82
