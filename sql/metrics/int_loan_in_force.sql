-- Loans with something outstanding tonight. Kept, so that the next night can tell which of them are gone: a system forgets a loan soon after it is paid back.
select
    loan.source_system,
    loan.loan_no,
    loan.source_customer_no,
    loan.loan_kind,
    cast(loan.balance * rate.middle_rate as decimal(18, 2)) as balance_base,
    loan.start_date,
    loan.mature_date,
    loan.first_unpaid_due_date
from int_rate_day as rate
inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
where loan.balance > 0
