-- Quality of loans (domain specification, section 11; provisioning guideline of 2002).
with

classed as (

    select
        loan.loan_kind,
        cast(loan.balance * rate.middle_rate as decimal(18, 2)) as balance,
        class.is_npl,
        class.specific_provision_rate,
        cast(biz_date() as int) - cast(loan.first_unpaid_due_date as int) > 90 as is_overdue_90
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join ref_loan_class as class on loan.five_class = class.five_class
    where loan.balance > 0

),

summed as (

    select
        loan_kind,
        sum(balance) as balance,
        sum(case when is_npl then balance else 0 end) as npl_balance,
        sum(case when is_overdue_90 then balance else 0 end) as overdue_90_balance,
        sum(cast(balance * specific_provision_rate as decimal(18, 2))) as specific_provision
    from (
        select * from classed
        union all
        select 'ALL' as loan_kind, balance, is_npl, specific_provision_rate, is_overdue_90 from classed
    ) as kinds
    group by loan_kind

),

provided as (

    select
        *,
        cast(balance * cast(parameter('general_provision_pct') as decimal(9, 2)) / cast(100 as decimal(3, 0)) as decimal(18, 2)) as general_provision
    from summed

)

select
    loan_kind,
    cast(balance as decimal(18, 2)) as balance,
    cast(npl_balance as decimal(18, 2)) as npl_balance,
    cast(cast(npl_balance as decimal(28, 8)) / cast(balance as decimal(18, 2)) as decimal(9, 6)) as npl_ratio,
    cast(overdue_90_balance as decimal(18, 2)) as overdue_90_balance,
    cast(specific_provision as decimal(18, 2)) as specific_provision,
    general_provision,
    cast(
        case when npl_balance > 0 then cast(specific_provision + general_provision as decimal(28, 8)) / cast(npl_balance as decimal(18, 2)) end
        as decimal(18, 6)
    ) as coverage_ratio,
    cast(cast(specific_provision + general_provision as decimal(28, 8)) / cast(balance as decimal(18, 2)) as decimal(9, 6)) as provision_to_loan
from provided
