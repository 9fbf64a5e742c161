-- Loans of all systems. A bank with other systems replaces this file.
select
    source_system,
    loan_no,
    source_customer_no,
    loan_kind,
    currency,
    principal,
    balance,
    overdue_principal,
    overdue_interest,
    -- No built-in feed tells penalties.
    cast(0 as decimal(18, 2)) as penalty_amount,
    rate,
    rate_type,
    term_months,
    five_class,
    start_date,
    mature_date,
    first_unpaid_due_date,
    due_term_count,
    repay_method,
    branch_no
from stg_credit__loan
