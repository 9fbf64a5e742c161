system=channel
feed=assignment
biz_date=2025-12-31
batch_seq=1
mode=F
rows=186
sha256=316b5faca2871cee1380107e431fd2dba343a89c57d153b95b164b0e7aec9f20
