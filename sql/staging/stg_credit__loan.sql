-- One row per loan, as delivered for this business date.
select
    'credit' as source_system,
    loan_no,
    src_cust_no as source_customer_no,
    loan_kind,
    ccy as currency,
    principal,
    balance,
    cast(coalesce(overdue_principal, 0) as decimal(18, 2)) as overdue_principal,
    cast(coalesce(overdue_interest, 0) as decimal(18, 2)) as overdue_interest,
    rate,
    rate_type,
    terms as term_months,
    coalesce(five_class, 1) as five_class,
    start_date,
    mature_date,
    first_unpaid_due_date,
    due_terms as due_term_count,
    repay_method,
    branch_no,
    gl_subject
from raw_credit__loan
where biz_date = biz_date()
