-- General ledger balances of all systems. A bank with other systems, or without such a file, replaces this one.
select
    branch_no,
    gl_subject,
    currency,
    balance
from stg_core__gl_control
