-- The morning summary: who entered and left what since the business date before.
with

pair as (

    select
        coalesce(now.customer_id, before.customer_id) as customer_id,
        now.customer_id is not null as is_now,
        before.customer_id is not null as was_before,
        coalesce(now.is_vip_list, false) as is_vip_list,
        coalesce(before.is_vip_list, false) as was_vip_list,
        now.churn_rule,
        before.churn_rule as churn_rule_before,
        now.segment_name,
        before.segment_name as segment_name_before,
        tier_now.tier_rank,
        tier_before.tier_rank as tier_rank_before
    from mart_customer_view as now
    full join previous('mart_customer_view') as before on now.customer_id = before.customer_id
    left join ref_tier as tier_now on tier_now.scheme_id = 'person' and now.tier = tier_now.tier
    left join ref_tier as tier_before on tier_before.scheme_id = 'person' and before.tier = tier_before.tier

),

counted as (

    select
        sum(case when is_now and not was_before then 1 else 0 end) as customer_entered,
        sum(case when was_before and not is_now then 1 else 0 end) as customer_left,
        sum(case when is_vip_list and not was_vip_list then 1 else 0 end) as vip_entered,
        sum(case when was_vip_list and not is_vip_list then 1 else 0 end) as vip_left,
        sum(case when churn_rule is not null and churn_rule_before is null then 1 else 0 end) as churn_entered,
        sum(case when churn_rule is null and churn_rule_before is not null then 1 else 0 end) as churn_left,
        sum(case when segment_name <> segment_name_before then 1 else 0 end) as segment_moved,
        sum(case when tier_rank > tier_rank_before then 1 else 0 end) as tier_up,
        sum(case when tier_rank < tier_rank_before then 1 else 0 end) as tier_down
    from pair

)

select subject, change, coalesce(customer_count, 0) as customer_count
from (
    select 'customer' as subject, 'entered' as change, customer_entered as customer_count from counted
    union all
    select 'customer' as subject, 'left' as change, customer_left as customer_count from counted
    union all
    select 'vip list' as subject, 'entered' as change, vip_entered as customer_count from counted
    union all
    select 'vip list' as subject, 'left' as change, vip_left as customer_count from counted
    union all
    select 'churn flag' as subject, 'entered' as change, churn_entered as customer_count from counted
    union all
    select 'churn flag' as subject, 'left' as change, churn_left as customer_count from counted
    union all
    select 'segment' as subject, 'moved' as change, segment_moved as customer_count from counted
    union all
    select 'tier' as subject, 'up' as change, tier_up as customer_count from counted
    union all
    select 'tier' as subject, 'down' as change, tier_down as customer_count from counted
) as changes
