system=channel
feed=contact
biz_date=2026-04-30
batch_seq=1
mode=D
rows=103
sha256=9fb038ce4d693bdf6cddd1fd39cbee9a444d791870263b7a97c093a7da18daf0
