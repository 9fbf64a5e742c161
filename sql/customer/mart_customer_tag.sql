-- The customer portrait (客户画像): what can be said of each customer in a word, where it comes from and how sure it is. A tag holds from the business
-- date that first said so with this value.
with

said as (

    select customer_id, tag, value
    from (
        -- Tags and values side by side: the view is read once.
        select
            customer_id,
            unnest(make_array(
                'TIER', 'VALUE_CLASS', 'ABCD', 'VIP', 'GOLD_CUSTOMER', 'SEGMENT', 'RELATIONSHIP_STAGE', 'LIFE_STAGE', 'CHURN', 'CHANNEL', 'OVERDUE'
            )) as tag,
            unnest(make_array(
                tier,
                value_class,
                abcd_class,
                case when is_vip_list then vip_reason_codes end,
                case when gold_score >= parameter('gold_score_min') then cast(gold_score as varchar) end,
                segment_name,
                relationship_stage,
                life_stage,
                churn_rule,
                preferred_channel,
                case when days_past_due > 0 then cast(days_past_due as varchar) end
            )) as value
        from mart_customer_view
    ) as tags
    where value is not null
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
