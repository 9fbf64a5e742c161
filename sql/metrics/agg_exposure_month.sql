-- What a month leaves of each loan, for roll rates and repayment strings. A loan that is gone or paid back since the month before has one last
-- row, SETTLED.
with

overdue as (

    select
        source_system,
        loan_no,
        sum(case when due_date <= biz_date() and settle_date is null then 1 else 0 end) as overdue_term_count,
        sum(case when due_date >= cast(date_trunc('month', biz_date()) as date) and due_date <= biz_date() then 1 else 0 end) as due_term_count
    from int_loan_instalment
    group by source_system, loan_no

),

now as (

    select
        exposure.source_system,
        exposure.contract_no,
        exposure.source_customer_no,
        cast(exposure.balance * rate.middle_rate as decimal(18, 2)) as balance_base,
        exposure.five_class,
        exposure.days_past_due,
        exposure.bucket,
        coalesce(overdue.overdue_term_count, 0) as overdue_term_count,
        coalesce(overdue.due_term_count, 0) as due_term_count
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join risk_exposure as exposure
        on exposure.contract_kind = 'LOAN' and loan.source_system = exposure.source_system and loan.loan_no = exposure.contract_no
    left join overdue on exposure.source_system = overdue.source_system and exposure.contract_no = overdue.loan_no
    where exposure.balance > 0

),

before as (

    select source_system, contract_no, source_customer_no, five_class
    from previous('agg_exposure_month')
    where month = cast(date_trunc('month', biz_date()) - interval '1 month' as date) and bucket <> 'SETTLED'

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    coalesce(now.source_system, before.source_system) as source_system,
    coalesce(now.contract_no, before.contract_no) as contract_no,
    coalesce(now.source_customer_no, before.source_customer_no) as source_customer_no,
    coalesce(now.balance_base, cast(0 as decimal(18, 2))) as balance_base,
    coalesce(now.five_class, before.five_class) as five_class,
    cast(coalesce(now.days_past_due, 0) as bigint) as days_past_due,
    coalesce(now.bucket, 'SETTLED') as bucket,
    cast(coalesce(now.overdue_term_count, 0) as bigint) as overdue_term_count,
    case
        when now.contract_no is null then 'C'
        when now.overdue_term_count > 0 then cast(least(now.overdue_term_count, 7) as varchar)
        when now.due_term_count = 0 then '*'
        else 'N'
    end as repayment_code
from now
full outer join before on now.source_system = before.source_system and now.contract_no = before.contract_no
