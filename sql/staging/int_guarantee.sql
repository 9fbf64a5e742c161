-- Guarantees in force on this business date, with the borrower of the loan. A bank with other systems replaces this file.
select
    guarantee.guarantee_no,
    guarantee.loan_no,
    'core' as guarantor_source_system,
    guarantee.guarantor_no as guarantor_source_customer_no,
    loan.source_system,
    loan.source_customer_no,
    guarantee.kind,
    guarantee.amount,
    guarantee.valid_from,
    guarantee.valid_to
from raw_credit__guarantee as guarantee
inner join stg_credit__loan as loan on guarantee.loan_no = loan.loan_no
where guarantee.biz_date = biz_date()
    and coalesce(guarantee.valid_from, biz_date()) <= biz_date()
    and coalesce(guarantee.valid_to, date '9999-12-31') > biz_date()
