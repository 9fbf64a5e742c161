-- Points from 0 to 100 (domain specification, section 5.4). Each component earns its points in proportion to its value, all of them from full_at
-- on (ref_gold_score), rounded to hundredths; the score is the sum. A month's row is what its last business date said.
with

point as (

    select
        max(case when component = 'CONTRIBUTION' then cast(points as decimal(18, 8)) / full_at end) as contribution,
        max(case when component = 'AUM_TIER' then cast(points as decimal(18, 8)) / full_at end) as aum_tier,
        max(case when component = 'GROWTH' then cast(points as decimal(18, 8)) / full_at end) as growth,
        max(case when component = 'PRODUCTS' then cast(points as decimal(18, 8)) / full_at end) as products,
        max(case when component = 'TENURE' then cast(points as decimal(18, 8)) / full_at end) as tenure,
        max(case when component = 'DIGITAL' then cast(points as decimal(18, 8)) / full_at end) as digital,
        max(case when component = 'CREDIT' then cast(points as decimal(18, 8)) / full_at end) as credit,
        max(case when component = 'SHARE_OF_WALLET' then cast(points as decimal(18, 8)) / full_at end) as wallet,
        max(case when component = 'CONTRIBUTION' then points end) as contribution_max,
        max(case when component = 'AUM_TIER' then points end) as aum_tier_max,
        max(case when component = 'GROWTH' then points end) as growth_max,
        max(case when component = 'PRODUCTS' then points end) as products_max,
        max(case when component = 'TENURE' then points end) as tenure_max,
        max(case when component = 'DIGITAL' then points end) as digital_max,
        max(case when component = 'CREDIT' then points end) as credit_max,
        max(case when component = 'SHARE_OF_WALLET' then points end) as wallet_max
    from ref_gold_score

),

top_tier as (

    select max(tier_rank) as tier_rank from ref_tier where scheme_id = 'person'

),

known as (

    select
        metrics.customer_id,
        cast(
            cast(rank() over (order by coalesce(year.contribution_12m, 0)) - 1 as decimal(18, 8)) / cast(greatest(count(*) over () - 1, 1) as decimal(18, 0))
            as decimal(9, 6)
        ) as contribution,
        cast(cast(coalesce(tier.tier_rank, 1) - 1 as decimal(9, 6)) / cast(greatest(top_tier.tier_rank - 1, 1) as decimal(3, 0)) as decimal(9, 6)) as aum_tier,
        cast(least(greatest(coalesce(metrics.aum_growth_3m, 0), 0), 1000) as decimal(18, 6)) as growth,
        cast(metrics.product_count as decimal(9, 0)) as products,
        cast(metrics.tenure_months as decimal(9, 0)) as tenure,
        coalesce(metrics.echannel_share_3m, 0) as digital,
        cast(case when metrics.days_past_due <= 0 then 1 when metrics.days_past_due <= 30 then 0.5 else 0 end as decimal(9, 2)) as credit,
        coalesce(wallet.share_of_wallet_proxy, 0) as wallet
    from top_tier
    cross join int_customer_metrics as metrics
    left join agg_contribution_year as year on metrics.customer_id = year.customer_id
    left join int_customer_tier as tier on metrics.customer_id = tier.customer_id and tier.scheme_id = 'person'
    left join int_share_of_wallet as wallet on metrics.customer_id = wallet.customer_id
    where metrics.party_type = 'PERSON'

),

scored as (

    select
        known.customer_id,
        cast(least(point.contribution * known.contribution, point.contribution_max) as decimal(9, 2)) as contribution_points,
        cast(least(point.aum_tier * known.aum_tier, point.aum_tier_max) as decimal(9, 2)) as aum_tier_points,
        cast(least(point.growth * known.growth, point.growth_max) as decimal(9, 2)) as growth_points,
        cast(least(point.products * known.products, point.products_max) as decimal(9, 2)) as product_points,
        cast(least(point.tenure * known.tenure, point.tenure_max) as decimal(9, 2)) as tenure_points,
        cast(least(point.digital * known.digital, point.digital_max) as decimal(9, 2)) as digital_points,
        cast(least(point.credit * known.credit, point.credit_max) as decimal(9, 2)) as credit_points,
        cast(least(point.wallet * known.wallet, point.wallet_max) as decimal(9, 2)) as wallet_points
    from point
    cross join known

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    customer_id,
    contribution_points,
    aum_tier_points,
    growth_points,
    product_points,
    tenure_points,
    digital_points,
    credit_points,
    wallet_points,
    cast(
        contribution_points + aum_tier_points + growth_points + product_points + tenure_points + digital_points + credit_points + wallet_points
        as decimal(9, 2)
    ) as gold_score,
    contribution_points + aum_tier_points + growth_points + product_points + tenure_points + digital_points + credit_points + wallet_points
    >= parameter('gold_score_min') as is_gold
from scored
