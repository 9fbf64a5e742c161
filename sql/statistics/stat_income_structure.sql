-- How much of the income is interest and how much fees, over twelve months (requirement GEN-02).
with

earned as (

    select
        record.month,
        xref.customer_id,
        sum(record.spread_income) as spread_income,
        sum(record.fee_income) as fee_income,
        sum(record.eva) as eva
    from agg_customer_record_contribution as record
    inner join dim_customer_xref as xref
        on record.source_system = xref.source_system and record.source_customer_no = xref.source_customer_no
    where record.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by record.month, xref.customer_id

),

tiered as (

    select earned.*, coalesce(tier.tier, 'NONE') as tier
    from earned
    left join int_customer_tier as tier on earned.customer_id = tier.customer_id and tier.scheme_id = 'person'

)

select
    month,
    tier,
    cast(count(*) as bigint) as customer_count,
    cast(sum(spread_income) as decimal(18, 2)) as spread_income,
    cast(sum(fee_income) as decimal(18, 2)) as fee_income,
    cast(
        case
            when sum(spread_income) + sum(fee_income) > 0
                then cast(sum(fee_income) as decimal(28, 8)) / cast(sum(spread_income) + sum(fee_income) as decimal(18, 2))
        end as decimal(9, 6)
    ) as fee_share,
    cast(sum(eva) as decimal(18, 2)) as eva
from (
    select month, tier, spread_income, fee_income, eva from tiered
    union all
    select month, 'ALL' as tier, spread_income, fee_income, eva from tiered
) as tiers
group by month, tier
