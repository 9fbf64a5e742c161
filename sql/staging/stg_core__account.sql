-- One row per deposit account, as delivered for this business date.
select
    'core' as source_system,
    acct_no as account_no,
    src_cust_no as source_customer_no,
    dep_kind as account_kind,
    ccy as currency,
    open_date,
    coalesce(value_date, open_date) as value_date,
    mature_date,
    term_code,
    rate,
    nullif(close_date, date '9999-12-31') as close_date,
    status,
    balance,
    cast(coalesce(frozen_amount, 0) as decimal(18, 2)) as frozen_amount,
    branch_no,
    gl_subject
from raw_core__account
where biz_date = biz_date()
