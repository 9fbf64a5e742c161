-- Deposit accounts of all systems. A bank with other systems replaces this file.
select
    source_system,
    account_no,
    source_customer_no,
    account_kind,
    currency,
    open_date,
    mature_date,
    close_date,
    status,
    balance,
    branch_no
from stg_core__account
