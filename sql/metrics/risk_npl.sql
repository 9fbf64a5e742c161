-- What is non-performing (domain specification, section 11): by its class, by its days, or because more than a tenth of what the organisation owes
-- is by its class.
with

debt as (

    select
        xref.customer_id,
        loan.source_system,
        loan.loan_no,
        cast(loan.balance * rate.middle_rate as decimal(18, 2)) as balance_base,
        loan.five_class,
        class.is_npl,
        coalesce(cast(biz_date() as int) - cast(loan.first_unpaid_due_date as int) > 90, false) as is_late
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join ref_loan_class as class on loan.five_class = class.five_class
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where loan.balance > 0

),

borrower as (

    select debt.customer_id
    from debt
    inner join dim_customer as customer on debt.customer_id = customer.customer_id
    where customer.party_type = 'ORG'
    group by debt.customer_id
    having sum(case when debt.is_npl then debt.balance_base else 0 end) * 100 > sum(debt.balance_base) * parameter('npl_spread_pct')

)

select
    debt.customer_id,
    debt.source_system,
    debt.loan_no,
    debt.balance_base,
    debt.five_class,
    concat_ws(
        ',', case when debt.is_npl then 'CLASS' end, case when debt.is_late then 'DAYS' end, case when borrower.customer_id is not null then 'BORROWER' end
    ) as reason_codes
from debt
left join borrower on debt.customer_id = borrower.customer_id
where debt.is_npl or debt.is_late or borrower.customer_id is not null
