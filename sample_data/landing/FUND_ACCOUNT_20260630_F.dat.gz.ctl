system=fund
feed=account
biz_date=2026-06-30
batch_seq=1
mode=F
rows=250
sum_balance=27062690.66
sha256=576a47cbd87554bc56906fea1fd8dbc7973e40b1b655a5ecd57f7e422c253007
