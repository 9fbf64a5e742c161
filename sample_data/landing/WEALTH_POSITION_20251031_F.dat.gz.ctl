system=wealth
feed=position
biz_date=2025-10-31
batch_seq=1
mode=F
rows=157
sum_market_value=38010126.78
sha256=4069be66165bcc8f344aa317d1371abc2621291e0f9e94d2d5a977cd6a73a8dd
