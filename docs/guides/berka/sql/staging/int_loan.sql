-- The file has no outstanding balance: it is the amount less the postings with purpose UVER (loan payment).
select
    'berka' as source_system,
    cast(loan.loan_id as varchar) as loan_no,
    cast(owner.client_id as varchar) as source_customer_no,
    'CONSUMER' as loan_kind,
    'CZK' as currency,
    loan.amount as principal,
    cast(loan.amount - coalesce(paid.amount, 0) as decimal(18, 2)) as balance,
    cast(0 as decimal(18, 2)) as overdue_principal,
    cast(0 as decimal(18, 2)) as overdue_interest,
    cast(0 as decimal(18, 2)) as penalty_amount,
    cast(null as decimal(12, 8)) as rate,
    'FIXED' as rate_type,
    loan.duration_months as term_months,
    cast(1 as bigint) as five_class,
    loan.granted_date as start_date,
    cast(loan.granted_date + cast(cast(loan.duration_months as varchar) || ' months' as interval) as date) as mature_date,
    cast(null as date) as first_unpaid_due_date,
    cast(null as bigint) as due_term_count,
    'EMI' as repay_method,
    cast(null as varchar) as branch_no
from raw_berka__loan as loan
inner join raw_berka__disp as owner on loan.account_id = owner.account_id and owner.disp_type = 'OWNER'
left join (
    select account_id, sum(amount) as amount
    from raw_berka__trans
    where purpose_code = 'UVER' and posting_date <= biz_date()
    group by account_id
) as paid on loan.account_id = paid.account_id
where loan.granted_date <= biz_date()
