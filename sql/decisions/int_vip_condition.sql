-- Each condition of the VIP list and what a person has of it, met or not: why somebody is on the list, and why not. A person is on it
-- when a REASON is met and no EXCLUSION.
with

person as (

    select
        metrics.customer_id,
        metrics.product_count,
        metrics.turnover_12m,
        tier.tier,
        ref.is_vip,
        contribution.contribution,
        coalesce(profile.is_deceased, false) as is_deceased,
        coalesce(profile.is_staff, false) as is_staff
    from int_customer_metrics as metrics
    inner join int_customer_tier as tier on metrics.customer_id = tier.customer_id and tier.scheme_id = 'person'
    inner join ref_tier as ref on tier.scheme_id = ref.scheme_id and tier.tier = ref.tier
    left join agg_customer_contribution as contribution on metrics.customer_id = contribution.customer_id
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    where metrics.party_type = 'PERSON'

),

placed as (

    select
        customer_id,
        contribution,
        rank() over (order by contribution desc) as place,
        count(*) over () as customer_count
    from person
    where contribution is not null

)

select
    person.customer_id,
    'TIER' as condition,
    'REASON' as condition_kind,
    person.is_vip as is_met,
    'tier ' || person.tier || '; the list begins with ' || (select min(first.tier) from (select tier, tier_rank, min(tier_rank) over () as lowest from ref_tier where scheme_id = 'person' and is_vip) as first where first.tier_rank = first.lowest) as detail
from person
union all
select
    person.customer_id,
    'GOLD_SCORE' as condition,
    'REASON' as condition_kind,
    coalesce(gold.is_gold, false) as is_met,
    coalesce(cast(gold.gold_score as varchar), 'no') || ' points of 100 on the scorecard; ' || cast(parameter('gold_score_min') as varchar) || ' are needed' as detail
from person
left join int_gold_score as gold on person.customer_id = gold.customer_id and gold.month = cast(date_trunc('month', biz_date()) as date)
union all
select
    person.customer_id,
    'CONTRIBUTION' as condition,
    'REASON' as condition_kind,
    coalesce(placed.place * 20 <= placed.customer_count and placed.contribution > 0, false) as is_met,
    case
        when placed.customer_id is null then 'no contract that earns anything'
        else 'contribution of ' || cast(placed.contribution as varchar) || ' this month, place ' || cast(placed.place as varchar) || ' of '
            || cast(placed.customer_count as varchar) || '; the best twentieth count'
    end as detail
from person
left join placed on person.customer_id = placed.customer_id
union all
select
    person.customer_id,
    'HIDDEN' as condition,
    'REASON' as condition_kind,
    hidden.customer_id is not null as is_met,
    coalesce(
        hidden.reason,
        'own turnover of ' || cast(person.turnover_12m as varchar) || ' in twelve months, tier ' || person.tier
        || '; needed are evidence of a business, a turnover of ' || cast(parameter('hidden_vip_turnover_min') as varchar) || ' with its shops, and a tier below GOLD'
    ) as detail
from person
left join mart_hidden_vip as hidden on person.customer_id = hidden.customer_id
union all
select
    person.customer_id,
    'POTENTIAL' as condition,
    'REASON' as condition_kind,
    coalesce(potential.is_listed, false) as is_met,
    case
        when potential.customer_id is null then 'neither near a degree, nor young and well paid, nor growing, nor a child of PLATINUM, no large sum that stayed, no money to own accounts elsewhere'
        when potential.is_listed then potential.reason_codes || ' since ' || cast(potential.listed_on as varchar)
        else potential.reason_codes || ' without a change until ' || cast(potential.expires_on as varchar)
    end as detail
from person
left join int_potential_vip as potential on person.customer_id = potential.customer_id
union all
select
    customer_id,
    'NOTHING_HELD' as condition,
    'EXCLUSION' as condition_kind,
    product_count = 0 as is_met,
    'categories of products held: ' || cast(product_count as varchar) as detail
from person
union all
select
    customer_id,
    'DECEASED' as condition,
    'EXCLUSION' as condition_kind,
    is_deceased as is_met,
    case when is_deceased then 'has died' else 'lives, as far as is known' end as detail
from person
union all
select
    customer_id,
    'STAFF' as condition,
    'EXCLUSION' as condition_kind,
    is_staff as is_met,
    case when is_staff then 'works for the bank' else 'does not work for the bank' end as detail
from person
union all
select
    person.customer_id,
    'WATCH_LIST' as condition,
    'EXCLUSION' as condition_kind,
    watched.customer_id is not null as is_met,
    coalesce('on watch lists: ' || watched.list_types, 'on no watch list') as detail
from person
left join (
    select customer_id, string_agg(list_type, ',' order by list_type) as list_types
    from int_watchlist_hit
    group by customer_id
) as watched on person.customer_id = watched.customer_id
union all
select
    person.customer_id,
    'PROFILING_REFUSED' as condition,
    'EXCLUSION' as condition_kind,
    refused.customer_id is not null as is_met,
    case when refused.customer_id is null then 'did not refuse profiling' else 'refuses profiling' end as detail
from person
left join int_profiling_refused as refused on person.customer_id = refused.customer_id
