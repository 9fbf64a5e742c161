system=card
feed=card
biz_date=2026-01-31
batch_seq=1
mode=F
rows=182
sha256=f0c62ca40fd4cedebccd36cbfb92a6689c65dd576997e3bccbc16922dfa4e133
