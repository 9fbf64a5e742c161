-- One row per posting delivered for this business date, signed: positive in, negative out.
select
    'core' as source_system,
    txn_id,
    acct_no as account_no,
    posting_date,
    txn_at,
    txn_type,
    ccy as currency,
    cast(case when dc_flag = 'D' then -amount else amount end as decimal(18, 2)) as signed_amount,
    balance_after,
    coalesce(channel, 'OTHER') as channel,
    coalesce(reversal_flag, '0') = '1' as is_reversal
from raw_core__transaction
where biz_date = biz_date()
