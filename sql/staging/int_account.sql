-- Deposit accounts of all systems. A bank with other systems replaces this file.
select
    source_system,
    account_no,
    source_customer_no,
    account_kind,
    currency,
    open_date,
    value_date,
    mature_date,
    term_code,
    rate,
    close_date,
    status,
    balance,
    frozen_amount,
    branch_no
from stg_core__account
