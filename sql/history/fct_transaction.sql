-- One partition per delivery; postings are never changed, only added.
select
    biz_date() as biz_date,
    source_system,
    txn_id,
    account_no,
    posting_date,
    txn_at,
    txn_type,
    signed_amount,
    balance_after,
    channel
from int_transaction
