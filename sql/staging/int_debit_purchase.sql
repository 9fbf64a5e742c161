-- Purchases from deposit accounts of all systems. A bank with other systems replaces this file.
select
    'core' as source_system,
    txn_id,
    acct_no as account_no,
    mcc,
    ccy as currency,
    cast(case dc_flag when 'C' then -amount else amount end as decimal(18, 2)) as amount
from raw_core__transaction
where mcc is not null and biz_date = biz_date()
