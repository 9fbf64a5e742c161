-- One partition per delivery; postings are never changed, only added.
-- A posting that comes later than the restatement window counts from its delivery on: what lies further back is closed.
-- The first delivery of all may reach back as far as it likes.
select
    biz_date() as biz_date,
    source_system,
    txn_id,
    account_no,
    posting_date,
    case
        when posting_date < cast(cast(biz_date() as int) - parameter('restatement_days') as date)
            and (select count(*) > 0 from previous('agg_account_month')) then biz_date()
        else posting_date
    end as effective_date,
    txn_at,
    txn_type,
    currency,
    signed_amount,
    balance_after,
    channel,
    is_reversal
from int_transaction
