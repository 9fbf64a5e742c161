-- Postings of credit cards delivered for this business date.
select
    'card' as source_system,
    txn.txn_id,
    account.card_no,
    txn.posting_date,
    txn.txn_at,
    txn.txn_type,
    txn.amount,
    txn.ccy as currency,
    txn.mcc
from raw_card__transaction as txn
inner join raw_card__account as account on txn.cc_acct_no = account.cc_acct_no and account.biz_date = biz_date()
where txn.biz_date = biz_date()
