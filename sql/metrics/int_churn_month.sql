-- The observation month whose outcome is known since tonight: its window ends with the newest month that is over, and nobody has looked at it before. A
-- month whose last days are no business dates is over in the first night after it. What was once decided stays: a posting that comes later still changes
-- balances, not who was found to have left.
with

newest as (

    select cast(date_trunc('month', cast(cast(biz_date() as int) + 1 as date)) - interval '1 month' as date) as outcome_month

),

wanted as (

    select
        cast(
            outcome_month - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') as varchar) || ' months' as interval) as date
        ) as month,
        outcome_month
    from newest

),

decided as (

    select month
    from previous('agg_churn_label_month')
    where month >= cast(date_trunc('month', biz_date()) as date) - interval '13 months'
    group by month

)

select
    wanted.month,
    cast(wanted.month - interval '2 months' as date) as base_from,
    cast(wanted.month + interval '1 month' as date) as outcome_from,
    wanted.outcome_month,
    cast(wanted.outcome_month + interval '1 month' - interval '1 day' as date) as outcome_end,
    history.first_month
from wanted
inner join int_history_start as history on wanted.month >= history.first_month
left join decided on wanted.month = decided.month
where decided.month is null
