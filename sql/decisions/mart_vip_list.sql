-- TIER: GOLD or higher (ref_tier.is_vip). GROWTH (potential): average AUM grew 50 % or more in three months and is
-- 20,000 or more.
with

reason as (

    select
        metrics.customer_id,
        tier.tier,
        ref.is_vip as is_tier,
        coalesce(metrics.aum_growth_3m >= 0.50 and metrics.aum_month_avg >= 20000, false) as is_growth,
        metrics.aum_month_avg,
        metrics.aum_growth_3m
    from int_customer_metrics as metrics
    inner join int_customer_tier as tier on metrics.customer_id = tier.customer_id and tier.scheme_id = 'person'
    inner join ref_tier as ref on tier.scheme_id = ref.scheme_id and tier.tier = ref.tier

),

flagged as (

    select customer_id from mart_churn_flag where churn_rule = 'BALANCE_DROP'

)

select
    reason.customer_id,
    customer.customer_name,
    case when reason.is_tier and reason.is_growth then 'TIER,GROWTH' when reason.is_tier then 'TIER' else 'GROWTH' end as reason_codes,
    case
        when reason.is_tier and reason.is_growth
            then 'tier ' || reason.tier || '; average balance grew '
                || cast(cast(reason.aum_growth_3m * 100 as decimal(18, 1)) as varchar) || ' % in three months'
        when reason.is_tier then 'tier ' || reason.tier
        else 'average balance grew ' || cast(cast(reason.aum_growth_3m * 100 as decimal(18, 1)) as varchar) || ' % in three months'
    end as reason,
    reason.tier,
    reason.aum_month_avg,
    reason.aum_growth_3m,
    flagged.customer_id is not null as has_churn_flag,
    customer.branch_no
from reason
inner join dim_customer as customer on reason.customer_id = customer.customer_id
left join flagged on reason.customer_id = flagged.customer_id
where reason.is_tier or reason.is_growth
