-- Purchases of all systems. A bank with other systems replaces this file.
select
    'core' as source_system,
    biz_date,
    txn_id,
    'ACCOUNT' as contract_kind,
    acct_no as contract_no,
    mcc,
    ccy as currency,
    cast(case dc_flag when 'C' then -amount else amount end as decimal(18, 2)) as amount
from raw_core__transaction
where mcc is not null and biz_date <= biz_date()
union all
select
    'card' as source_system,
    biz_date,
    txn_id,
    'CARD' as contract_kind,
    cc_acct_no as contract_no,
    mcc,
    ccy as currency,
    amount
from raw_card__transaction
where txn_type = 'SPEND' and biz_date <= biz_date()
