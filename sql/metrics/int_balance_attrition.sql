-- BAL_ATTR (domain specification, section 6.1): base is the mean of the three monthly averages that end with the observation month; lost is who has
-- (1 - limit) of it or less in the last month of the outcome window. The limit is that of the tier after the observation month.
with

balance as (

    select
        wanted.month,
        held.customer_id,
        sum(case when held.month <= wanted.month then held.aum_avg else 0 end) as base_sum,
        sum(case when held.month = wanted.outcome_month then held.aum_avg else 0 end) as aum_outcome
    from int_churn_month as wanted
    cross join agg_customer_month as held
    where wanted.base_from >= wanted.first_month
        and held.month >= wanted.base_from
        and held.month <= wanted.outcome_month
        -- A bound that files are passed over by: no wanted month lies before it.
        and held.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 3 as varchar) || ' months' as interval)
    group by wanted.month, held.customer_id

),

tier as (

    select known.month, known.customer_id, drop.drop_pct
    from ref_churn_drop as drop
    inner join fct_tier_month as known on drop.scheme_id = known.scheme_id and drop.tier = known.tier
    where known.scheme_id = 'person'
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 3 as varchar) || ' months' as interval)

)

select
    balance.month,
    balance.customer_id,
    cast(cast(balance.base_sum as decimal(28, 8)) / cast(3 as decimal(1, 0)) as decimal(18, 2)) as aum_base,
    cast(balance.aum_outcome as decimal(18, 2)) as aum_outcome,
    cast(1 - cast(balance.aum_outcome * 3 as decimal(28, 8)) / cast(balance.base_sum as decimal(18, 2)) as decimal(18, 6)) as aum_drop,
    cast(coalesce(tier.drop_pct, parameter('churn_drop_pct')) as bigint) as drop_limit_pct,
    balance.aum_outcome * 300 <= (100 - coalesce(tier.drop_pct, parameter('churn_drop_pct'))) * balance.base_sum as is_balance_lost
from balance
left join tier on balance.month = tier.month and balance.customer_id = tier.customer_id
where balance.base_sum >= 3 * parameter('churn_base_min')
