-- What is told of a loan to those who ask for a credit record (domain specification, section 11).
with

month as (

    select
        source_system,
        contract_no,
        max(source_customer_no) as source_customer_no,
        max(month) as last_month,
        min(month) as first_month,
        last_value(five_class order by month) as five_class,
        last_value(days_past_due order by month) as days_past_due,
        max(days_past_due) as days_past_due_max_24m,
        string_agg(repayment_code, '' order by month) as codes
    from agg_exposure_month
    where month > cast(date_trunc('month', biz_date()) as date) - interval '24 months'
    group by source_system, contract_no

),

opened as (

    select
        month.*,
        loan.loan_kind,
        loan.principal,
        loan.balance,
        loan.overdue_principal + loan.overdue_interest + loan.penalty_amount as overdue_amount,
        -- Months between the one it was paid out in and the first that is known.
        greatest(
            (date_part('year', month.first_month) - date_part('year', coalesce(loan.start_date, month.first_month))) * 12
            + date_part('month', month.first_month) - date_part('month', coalesce(loan.start_date, month.first_month)),
            0
        ) as unknown_count
    from month
    left join int_loan as loan on month.source_system = loan.source_system and month.contract_no = loan.loan_no
    where month.last_month = cast(date_trunc('month', biz_date()) as date)

)

select
    xref.customer_id,
    opened.source_system,
    opened.contract_no as loan_no,
    opened.loan_kind,
    opened.principal as limit_amount,
    cast(coalesce(opened.balance, 0) as decimal(18, 2)) as balance,
    cast(coalesce(opened.overdue_amount, 0) as decimal(18, 2)) as overdue_amount,
    opened.five_class,
    opened.days_past_due,
    opened.days_past_due_max_24m,
    right(lpad(repeat('#', cast(least(opened.unknown_count, 24) as bigint)) || opened.codes, 48, '/'), 24) as repayment_24m
from opened
inner join dim_customer_xref as xref
    on opened.source_system = xref.source_system and opened.source_customer_no = xref.source_customer_no
