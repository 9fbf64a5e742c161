-- The highest tier whose threshold is reached; thresholds are inclusive and stand in sql/reference/ref_tier.csv.
-- Persons only: organisations have their own scheme. Without hysteresis yet: promotion and demotion follow the month at once.
select
    ranked.customer_id,
    ranked.scheme_id,
    ranked.tier,
    ranked.tier_rank,
    ranked.aum_month_avg
from (
    select
        metrics.customer_id,
        tier.scheme_id,
        tier.tier,
        tier.tier_rank,
        metrics.aum_month_avg,
        row_number() over (partition by metrics.customer_id order by tier.tier_rank desc) as reached
    from int_customer_metrics as metrics
    inner join ref_tier as tier
        on tier.scheme_id = 'person' and metrics.party_type = 'PERSON' and greatest(metrics.aum_month_avg, 0) >= tier.aum_from
) as ranked
where ranked.reached = 1
