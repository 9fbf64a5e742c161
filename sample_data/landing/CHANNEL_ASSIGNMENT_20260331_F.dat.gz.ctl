system=channel
feed=assignment
biz_date=2026-03-31
batch_seq=1
mode=F
rows=203
sha256=a4f10ed625ad55be3194194838863d320ae66a4922741882b0bee042649a528c
