-- Instalments of all systems. A bank with other systems replaces this file.
select
    'credit' as source_system,
    loan_no,
    term_no,
    due_date,
    cast(due_principal + coalesce(due_interest, 0) as decimal(18, 2)) as due_amount,
    cast(coalesce(paid_principal, 0) + coalesce(paid_interest, 0) as decimal(18, 2)) as paid_amount,
    settle_date
from raw_credit__schedule
where biz_date = biz_date()
