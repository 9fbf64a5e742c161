-- What is said of a customer by tiers, classes, lists, segments and signs of leaving. Half of the customer view's joins: all of them at once would hold all of
-- their tables in memory at once.
with

churn as (

    -- A customer may show both signs; the stronger one is shown.
    select customer_id, min(churn_rule) as churn_rule, first_value(reason order by churn_rule) as reason
    from mart_churn_flag
    group by customer_id

)

select
    customer.customer_id,
    tier.tier,
    tier.tier_status,
    tier.tier_next,
    tier.near_up_tier,
    value_class.tier as value_class,
    abcd.abcd_class,
    gold.gold_score,
    vip.customer_id is not null as is_vip_list,
    vip.reason_codes as vip_reason_codes,
    segment.segment,
    segment.segment_name,
    churn.churn_rule,
    churn.reason as churn_reason
from dim_customer as customer
left join int_customer_tier as tier on customer.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join int_customer_tier as value_class on customer.customer_id = value_class.customer_id and value_class.scheme_id = 'class3'
left join mart_vip_list as vip on customer.customer_id = vip.customer_id
left join mart_abcd_class as abcd on customer.customer_id = abcd.customer_id
left join int_gold_score as gold
    on customer.customer_id = gold.customer_id and gold.month = cast(date_trunc('month', biz_date()) as date)
left join mart_segment as segment on customer.customer_id = segment.customer_id
left join churn on customer.customer_id = churn.customer_id
