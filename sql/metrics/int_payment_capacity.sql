-- Payment capacity (支付能力): income less what instalments take (requirement ABC-5). Income is the salary of the last three months, per month, and
-- where none is seen the declared income.
with

instalment as (

    select xref.customer_id, sum(instalment.due_amount - instalment.paid_amount) as instalment_month
    from int_loan_instalment as instalment
    inner join int_loan as loan on instalment.source_system = loan.source_system and instalment.loan_no = loan.loan_no
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where instalment.settle_date is null and instalment.due_date > biz_date() and instalment.due_date <= biz_date() + interval '1 month'
    group by xref.customer_id

),

known as (

    select
        metrics.customer_id,
        case
            when metrics.salary_months_3m > 0 then metrics.salary_month_avg_3m
            else cast(cast(profile.annual_income as decimal(28, 8)) / cast(12 as decimal(3, 0)) as decimal(18, 2))
        end as income_month,
        cast(coalesce(instalment.instalment_month, 0) as decimal(18, 2)) as instalment_month
    from int_customer_metrics as metrics
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    left join instalment on metrics.customer_id = instalment.customer_id
    where metrics.party_type = 'PERSON'

)

select
    customer_id,
    income_month,
    instalment_month,
    cast(case when income_month is not null then greatest(income_month - instalment_month, 0) end as decimal(18, 2)) as capacity_month,
    cast(case when income_month > 0 then least(cast(instalment_month as decimal(28, 8)) / income_month, 99999) end as decimal(9, 4)) as debt_service_ratio
from known
