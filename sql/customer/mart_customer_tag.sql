-- The customer portrait (客户画像): what can be said of each customer in a word, where it comes from and how sure it is. A tag holds from the business
-- date that first said so with this value.
with

said as (

    select customer_id, 'TIER' as tag, tier as value
    from mart_customer_view
    where tier is not null
    union all
    select customer_id, 'VALUE_CLASS' as tag, value_class as value
    from mart_customer_view
    where value_class is not null
    union all
    select customer_id, 'ABCD' as tag, abcd_class as value
    from mart_customer_view
    where abcd_class is not null
    union all
    select customer_id, 'VIP' as tag, vip_reason_codes as value
    from mart_customer_view
    where is_vip_list
    union all
    select customer_id, 'GOLD_CUSTOMER' as tag, cast(gold_score as varchar) as value
    from mart_customer_view
    where gold_score >= parameter('gold_score_min')
    union all
    select customer_id, 'SEGMENT' as tag, segment_name as value
    from mart_customer_view
    where segment_name is not null
    union all
    select customer_id, 'RELATIONSHIP_STAGE' as tag, relationship_stage as value
    from mart_customer_view
    where relationship_stage is not null
    union all
    select customer_id, 'LIFE_STAGE' as tag, life_stage as value
    from mart_customer_view
    where life_stage is not null
    union all
    select customer_id, 'CHURN' as tag, churn_rule as value
    from mart_customer_view
    where churn_rule is not null
    union all
    select customer_id, 'CHANNEL' as tag, preferred_channel as value
    from mart_customer_view
    where preferred_channel is not null
    union all
    select customer_id, 'SPENDING' as tag, spend_category as value
    from int_spend_profile
    where place = 1 and spend_amount_3m > 0
    union all
    select customer_id, 'RFM' as tag, rfm as value
    from int_rfm_score
    union all
    select customer_id, 'PROPRIETOR' as tag, 'YES' as value
    from dim_customer_profile
    where is_proprietor
    union all
    select customer_id, 'OVERDUE' as tag, cast(days_past_due as varchar) as value
    from mart_customer_view
    where days_past_due > 0

)

select
    said.customer_id,
    said.tag,
    said.value,
    ref.tag_name_zh,
    ref.tag_name_en,
    ref.source_rule,
    ref.confidence,
    case when before.value = said.value then before.valid_from else biz_date() end as valid_from
from ref_tag as ref
inner join said on ref.tag = said.tag
left join previous('mart_customer_tag') as before on said.customer_id = before.customer_id and said.tag = before.tag
