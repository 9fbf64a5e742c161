-- Who left and came back (挽回; domain specification, section 6.5): labelled lost of late, and with win_back_pct of the base or more on average in each of
-- the last win_back_months months that are over, all of them after the outcome. Labels follow each other while a balance falls and their bases fall with
-- it: the highest base counts, so that who is back has most of what there was before.
with

lost as (

    select customer_id, month, outcome_month, aum_base, aum_outcome
    from (
        select
            label.*,
            row_number() over (partition by label.customer_id order by label.aum_base desc, label.month desc) as place
        from agg_churn_label_month as label
        where label.is_balance_lost
            and label.decided_on <= biz_date()
            and label.month >= cast(date_trunc('month', biz_date()) as date) - interval '18 months'
    ) as labels
    where place = 1

),

newest as (

    select cast(date_trunc('month', cast(cast(biz_date() as int) + 1 as date)) - interval '1 month' as date) as month

),

back as (

    select month.customer_id, min(month.aum_avg) as aum_avg_min
    from newest
    cross join agg_customer_month as month
    inner join lost on month.customer_id = lost.customer_id
    where month.month > newest.month - cast(cast(parameter('win_back_months') as varchar) || ' months' as interval)
        and month.month <= newest.month
        and month.month > lost.outcome_month
        and month.month >= cast(date_trunc('month', biz_date()) as date) - cast(cast(parameter('win_back_months') as varchar) || ' months' as interval)
        and month.aum_avg * 100 >= lost.aum_base * parameter('win_back_pct')
    group by month.customer_id
    having count(*) = parameter('win_back_months')

)

select
    lost.customer_id,
    lost.month as churn_month,
    lost.outcome_month,
    lost.aum_base,
    lost.aum_outcome,
    back.aum_avg_min,
    cast(cast(back.aum_avg_min as decimal(28, 8)) / cast(lost.aum_base as decimal(18, 2)) as decimal(18, 6)) as back_share
from lost
inner join back on lost.customer_id = back.customer_id
