-- Customers who are worth little today and will be worth more (潜力客户, domain specification, section 5.5), each with its reasons.
-- Somebody who stays on the list for two years without a new reason leaves it, and comes back with a new one only. Who refuses profiling is not on it.
with

reason as (

    select
        metrics.customer_id,
        concat_ws(
            ',',
            case
                when profile.is_student
                    and (
                        profile.education in ('master', 'phd')
                        or profile.expected_grad_date between biz_date() and cast(biz_date() + interval '24 months' as date)
                    ) then 'STUDENT'
            end,
            case
                when metrics.age_years <= parameter('young_age_max') and metrics.salary_month_avg_3m >= parameter('young_salary_min')
                    and metrics.salary_months_3m >= 2 then 'YOUNG_SALARY'
            end,
            case when metrics.aum_growth_3m >= 0.50 and metrics.aum_month_avg >= 20000 then 'GROWTH' end,
            case when parent.customer_id is not null then 'CHILD_OF_VIP' end,
            -- Came last month and is still here.
            case
                when metrics.net_inflow_month_before >= parameter('large_inflow_min')
                    and metrics.aum_balance * 10 >= metrics.aum_balance_month_before * 9 then 'LARGE_INFLOW'
            end,
            case when wallet.outside_amount >= parameter('elsewhere_min') then 'ELSEWHERE' end
        ) as reason_codes
    from int_customer_metrics as metrics
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    left join (
        -- Children of PLATINUM and higher.
        select relation.other_customer_id as customer_id
        from dim_customer_relation as relation
        inner join int_customer_tier as tier on relation.customer_id = tier.customer_id and tier.scheme_id = 'person'
        inner join ref_tier as platinum on platinum.scheme_id = 'person' and platinum.tier = 'PLATINUM'
        where relation.relation = 'PARENT' and tier.tier_rank >= platinum.tier_rank
        group by relation.other_customer_id
    ) as parent on metrics.customer_id = parent.customer_id
    left join int_share_of_wallet as wallet on metrics.customer_id = wallet.customer_id
    left join int_profiling_refused as refused on metrics.customer_id = refused.customer_id
    where metrics.party_type = 'PERSON' and not coalesce(profile.is_deceased, false) and refused.customer_id is null

),

dated as (

    select
        reason.customer_id,
        reason.reason_codes,
        case when before.reason_codes = reason.reason_codes then before.listed_on else biz_date() end as listed_on
    from reason
    left join previous('int_potential_vip') as before on reason.customer_id = before.customer_id
    where reason.reason_codes <> ''

)

select
    dated.customer_id,
    dated.reason_codes,
    dated.listed_on,
    dated.expires_on,
    dated.expires_on > biz_date() as is_listed
from (
    select *, cast(listed_on + cast(cast(parameter('potential_vip_months') as varchar) || ' months' as interval) as date) as expires_on
    from dated
) as dated
