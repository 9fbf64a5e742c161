-- The tier of each customer in each scheme after this month, by the rules of ref_tier_scheme (domain specification, section
-- 5.2). Evaluated every night as if the month went on with today's balance; the row of the month's last night stands.
--   at or above the threshold of its tier: the tier that is reached, at once
--   below it: the tier stays, one more month below; after so many of them in a row it goes down
with

state_before as (

    select scheme_id, customer_id, tier, tier_rank, months_below, aum_below_max
    from (
        select
            known.*,
            row_number() over (partition by known.scheme_id, known.customer_id order by known.month desc) as age
        from previous('fct_tier_month') as known
        where known.month < cast(date_trunc('month', biz_date()) as date)
            and known.month >= cast(date_trunc('month', biz_date()) as date) - interval '3 months'
    ) as states
    where age = 1

),

-- Approved exceptions that are in force when this month's tier is.
hold as (

    select
        scheme_id,
        customer_id,
        max(tier) as tier,
        max(effective_to) as hold_until
    from int_tier_proposal
    where effective_from <= cast(date_trunc('month', biz_date()) + interval '1 month' as date)
        and effective_to >= cast(date_trunc('month', biz_date()) + interval '1 month' as date)
    group by scheme_id, customer_id

),

measured as (

    select
        scheme.scheme_id,
        metrics.customer_id,
        greatest(metrics.aum_month_projected, 0) as aum_month_projected,
        before.tier as tier_before,
        before.tier_rank as tier_rank_before,
        coalesce(before.months_below, 0) as months_below_before,
        -- The highest average of the months below, this one with it.
        greatest(coalesce(before.aum_below_max, 0), metrics.aum_month_projected, 0) as aum_below_max,
        scheme.watch_from,
        case when before.tier_rank >= scheme.high_tier_rank then scheme.months_below_high else scheme.months_below end as months_below_limit,
        scheme.downgrade_to
    from int_customer_metrics as metrics
    inner join ref_tier_scheme as scheme on metrics.party_type = scheme.party_type
    left join state_before as before on scheme.scheme_id = before.scheme_id and metrics.customer_id = before.customer_id

),

-- Each tier from its threshold to the next one.
band as (

    select scheme_id, tier, tier_rank, aum_from, lead(aum_from) over (partition by scheme_id order by aum_from) as aum_to
    from ref_tier

),

-- With the tiers that this month's average and the best of the months below reach.
judged as (

    select
        measured.*,
        reached.tier as tier_reached,
        reached.tier_rank as tier_rank_reached,
        reached_by_max.tier_rank as tier_rank_of_max,
        hold.tier as tier_held,
        hold.hold_until,
        measured.tier_rank_before is not null and reached.tier_rank < measured.tier_rank_before as is_below,
        measured.months_below_before + 1 >= measured.months_below_limit and hold.customer_id is null as is_due
    from measured
    inner join band as reached
        on measured.scheme_id = reached.scheme_id
        and measured.aum_month_projected >= reached.aum_from
        and (reached.aum_to is null or measured.aum_month_projected < reached.aum_to)
    inner join band as reached_by_max
        on measured.scheme_id = reached_by_max.scheme_id
        and measured.aum_below_max >= reached_by_max.aum_from
        and (reached_by_max.aum_to is null or measured.aum_below_max < reached_by_max.aum_to)
    left join hold on measured.scheme_id = hold.scheme_id and measured.customer_id = hold.customer_id

),

decided as (

    select
        judged.*,
        case
            when not is_below then tier_rank_reached
            when is_due and downgrade_to = 'max' then tier_rank_of_max
            when is_due then tier_rank_reached
            else tier_rank_before
        end as tier_rank_decided,
        case when is_below and not is_due then months_below_before + 1 else 0 end as months_below,
        case
            when tier_rank_before is null then 'NEW'
            when tier_rank_reached > tier_rank_before then 'UP'
            when not is_below then 'OK'
            when is_due then 'DOWN'
            when hold_until is not null then 'HELD'
            when months_below_before + 1 >= watch_from then 'WATCH'
            else 'BELOW'
        end as tier_status
    from judged

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    decided.scheme_id,
    decided.customer_id,
    tier.tier,
    tier.tier_rank,
    case when given.tier is not null then 'GIVEN' else decided.tier_status end as tier_status,
    cast(decided.months_below as bigint) as months_below,
    decided.tier_before,
    decided.tier_reached,
    cast(decided.aum_month_projected as decimal(18, 2)) as aum_month_projected,
    cast(case when decided.months_below > 0 then decided.aum_below_max else 0 end as decimal(18, 2)) as aum_below_max,
    decided.hold_until,
    cast(date_trunc('month', biz_date()) + interval '1 month' as date) as effective_from
from decided
left join ref_tier as given on decided.scheme_id = given.scheme_id and decided.tier_held = given.tier
inner join ref_tier as tier
    on decided.scheme_id = tier.scheme_id and coalesce(given.tier_rank, decided.tier_rank_decided) = tier.tier_rank
