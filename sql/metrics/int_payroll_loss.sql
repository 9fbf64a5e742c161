-- PAYROLL_LOST (domain specification, section 6.1): at the end of a month of the window, no salary in it and the month before it, and one in
-- payroll_months_min of the four months before these. Asked of those who had a payroll at the end of the observation month.
with

paid as (

    select wanted.month, known.customer_id, known.month as paid_month
    from int_churn_month as wanted
    cross join agg_customer_month as known
    where known.salary_amount > 0
        and known.month >= wanted.month - interval '4 months'
        and known.month <= wanted.outcome_month
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 5 as varchar) || ' months' as interval)

),

window_month as (

    select month, cast(unnest(range(outcome_from, cast(outcome_month + interval '1 month' as date), interval '1 month')) as date) as lost_month
    from int_churn_month

),

lost as (

    select month, customer_id
    from (
        select paid.month, paid.customer_id, window_month.lost_month
        from window_month
        inner join paid on window_month.month = paid.month
        where paid.paid_month >= window_month.lost_month - interval '5 months' and paid.paid_month <= window_month.lost_month
        group by paid.month, paid.customer_id, window_month.lost_month
        having max(paid.paid_month) < window_month.lost_month - interval '1 month' and count(*) >= parameter('payroll_months_min')
    ) as months
    group by month, customer_id

)

select
    payroll.month,
    payroll.customer_id,
    lost.customer_id is not null as is_payroll_lost
from (
    select month, customer_id
    from paid
    where paid_month > month - interval '4 months' and paid_month <= month
    group by month, customer_id
    having count(*) >= parameter('payroll_months_min')
) as payroll
left join lost on payroll.month = lost.month and payroll.customer_id = lost.customer_id
