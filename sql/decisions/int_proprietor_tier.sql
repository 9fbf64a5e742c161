-- Owner and shop looked at together, for value only: the owner's own average and those of the shops, and the tier that both
-- reach. Statistics keep them apart (domain specification, section 3.6).
with

shop as (

    select relation.customer_id, relation.other_customer_id as shop_id
    from dim_customer_relation as relation
    inner join dim_customer as customer on relation.other_customer_id = customer.customer_id
    where relation.relation = 'OWNER' and customer.party_type = 'ORG'
    group by relation.customer_id, relation.other_customer_id

),

together as (

    select
        shop.customer_id,
        count(*) as shop_count,
        max(own.aum_month_avg) as aum_month_avg,
        cast(coalesce(max(own.aum_month_avg), 0) + coalesce(sum(metrics.aum_month_avg), 0) as decimal(18, 2)) as aum_month_avg_with_shops
    from shop
    inner join int_customer_metrics as own on shop.customer_id = own.customer_id
    left join int_customer_metrics as metrics on shop.shop_id = metrics.customer_id
    group by shop.customer_id

)

select
    ranked.customer_id,
    ranked.shop_count,
    ranked.aum_month_avg,
    ranked.aum_month_avg_with_shops,
    ranked.tier_with_shops
from (
    select
        together.*,
        tier.tier as tier_with_shops,
        row_number() over (partition by together.customer_id order by tier.tier_rank desc) as reached
    from together
    inner join ref_tier as tier
        on tier.scheme_id = 'person' and greatest(together.aum_month_avg_with_shops, 0) >= tier.aum_from
) as ranked
where ranked.reached = 1
