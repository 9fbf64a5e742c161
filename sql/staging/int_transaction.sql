-- Postings of all systems. A bank with other systems replaces this file.
select
    source_system,
    txn_id,
    account_no,
    posting_date,
    txn_at,
    txn_type,
    currency,
    signed_amount,
    balance_after,
    channel,
    is_reversal
from stg_core__transaction
