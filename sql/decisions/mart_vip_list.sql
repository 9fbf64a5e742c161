-- Who is looked after personally, and why (domain specification, section 5.7). TIER: GOLD or higher (ref_tier.is_vip). GOLD_SCORE: int_gold_score.
-- CONTRIBUTION: among the best twentieth of persons by this month's contribution. HIDDEN: mart_hidden_vip. POTENTIAL:
-- int_potential_vip. Not on it: who has died, works for the bank, holds nothing any more, is on a watch list (int_watched_vip), or does not allow
-- profiling.
with

best as (

    select customer_id, contribution
    from (
        select
            contribution.customer_id,
            contribution.contribution,
            count(*) over () as customer_count,
            rank() over (order by contribution.contribution desc) as place
        from agg_customer_contribution as contribution
        inner join int_customer_metrics as metrics on contribution.customer_id = metrics.customer_id
        where metrics.party_type = 'PERSON'
    ) as ranked
    where place * 20 <= customer_count and contribution > 0

),

reason as (

    select
        metrics.customer_id,
        tier.tier,
        ref.is_vip as is_tier,
        best.contribution as best_contribution,
        gold.gold_score,
        hidden.turnover_12m as hidden_turnover_12m,
        potential.reason_codes as potential_codes,
        metrics.aum_month_avg,
        metrics.aum_growth_3m
    from int_customer_metrics as metrics
    inner join int_customer_tier as tier on metrics.customer_id = tier.customer_id and tier.scheme_id = 'person'
    inner join ref_tier as ref on tier.scheme_id = ref.scheme_id and tier.tier = ref.tier
    left join best on metrics.customer_id = best.customer_id
    left join int_gold_score as gold
        on metrics.customer_id = gold.customer_id and gold.month = cast(date_trunc('month', biz_date()) as date) and gold.is_gold
    left join mart_hidden_vip as hidden on metrics.customer_id = hidden.customer_id
    left join int_potential_vip as potential on metrics.customer_id = potential.customer_id and potential.is_listed
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    left join (select customer_id from int_watchlist_hit group by customer_id) as watched on metrics.customer_id = watched.customer_id
    left join int_profiling_refused as refused on metrics.customer_id = refused.customer_id
    where metrics.product_count > 0
        and watched.customer_id is null
        and refused.customer_id is null
        and not coalesce(profile.is_deceased, false)
        and not coalesce(profile.is_staff, false)
        and (ref.is_vip or gold.customer_id is not null or best.customer_id is not null or hidden.customer_id is not null or potential.customer_id is not null)

),

flagged as (

    select customer_id from mart_churn_flag where churn_rule = 'BALANCE_DROP'

)

select
    reason.customer_id,
    customer.customer_name,
    concat_ws(
        ',',
        case when reason.is_tier then 'TIER' end,
        case when reason.gold_score is not null then 'GOLD_SCORE' end,
        case when reason.best_contribution is not null then 'CONTRIBUTION' end,
        case when reason.hidden_turnover_12m is not null then 'HIDDEN' end,
        case when reason.potential_codes is not null then 'POTENTIAL' end
    ) as reason_codes,
    concat_ws(
        '; ',
        case when reason.is_tier then 'tier ' || reason.tier end,
        case when reason.gold_score is not null then cast(reason.gold_score as varchar) || ' points of 100 on the scorecard' end,
        case when reason.best_contribution is not null then 'contribution of ' || cast(reason.best_contribution as varchar) || ' this month' end,
        case when reason.hidden_turnover_12m is not null then 'business turnover of ' || cast(reason.hidden_turnover_12m as varchar) || ' in twelve months' end,
        case when reason.potential_codes like '%STUDENT%' then 'studies for a degree' end,
        case when reason.potential_codes like '%YOUNG_SALARY%' then 'young and well paid' end,
        case
            when reason.potential_codes like '%GROWTH%'
                then 'average balance grew ' || cast(cast(reason.aum_growth_3m * 100 as decimal(18, 1)) as varchar) || ' % in three months'
        end,
        case when reason.potential_codes like '%CHILD_OF_VIP%' then 'a parent is PLATINUM or higher' end,
        case when reason.potential_codes like '%LARGE_INFLOW%' then 'a large sum came last month and stayed' end,
        case when reason.potential_codes like '%ELSEWHERE%' then 'moves much money to own accounts elsewhere' end
    ) as reason,
    reason.tier,
    reason.aum_month_avg,
    reason.aum_growth_3m,
    flagged.customer_id is not null as has_churn_flag,
    customer.branch_no,
    owner.owner_staff_no,
    due.last_contact_date,
    due.next_due_date,
    coalesce(before.entered_on, biz_date()) as entered_on,
    before.reason_codes as reason_codes_before
from reason
inner join dim_customer as customer on reason.customer_id = customer.customer_id
left join int_customer_owner as owner on reason.customer_id = owner.customer_id
left join int_contact_due as due on reason.customer_id = due.customer_id
left join flagged on reason.customer_id = flagged.customer_id
left join previous('mart_vip_list') as before on reason.customer_id = before.customer_id
