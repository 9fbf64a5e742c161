-- Each person who holds something, by what it brings and how likely it is to leave (requirement LF-19). Value: thirds of the persons with a
-- contribution above 0 in twelve months, the others are LOW. Risk: by the probability of leaving; where a rule holds it is MEDIUM at least. What a
-- contact is worth (domain specification, section 6.5): save rate x probability x value, less its cost; value is the contribution, at least 0.
with

known as (

    select
        metrics.customer_id,
        cast(coalesce(year.contribution_12m, 0) as decimal(18, 2)) as contribution_12m,
        cast(greatest(coalesce(year.contribution_12m, 0), 0) as decimal(18, 2)) as value_12m,
        churn.churn_probability,
        flag.churn_rule,
        rank() over (order by greatest(coalesce(year.contribution_12m, 0), 0) desc) as place,
        sum(case when year.contribution_12m > 0 then 1 else 0 end) over () as positive_count
    from int_customer_metrics as metrics
    left join agg_contribution_year as year on metrics.customer_id = year.customer_id
    left join int_churn_probability as churn on metrics.customer_id = churn.customer_id
    left join (
        select customer_id, string_agg(churn_rule, ',' order by churn_rule) as churn_rule
        from mart_churn_flag
        group by customer_id
    ) as flag on metrics.customer_id = flag.customer_id
    where metrics.party_type = 'PERSON' and metrics.product_count > 0

),

classed as (

    select
        *,
        case
            when value_12m = 0 then 'LOW'
            when (place - 1) * 3 < positive_count then 'HIGH'
            when (place - 1) * 3 < positive_count * 2 then 'MEDIUM'
            else 'LOW'
        end as value_class,
        case
            when churn_probability * 100 >= parameter('churn_risk_high_pct') then 'HIGH'
            when churn_probability * 100 >= parameter('churn_risk_medium_pct') or churn_rule is not null then 'MEDIUM'
            else 'LOW'
        end as risk_class
    from known

)

select
    customer_id,
    contribution_12m,
    value_class,
    churn_probability,
    churn_rule,
    risk_class,
    (value_class = 'HIGH' and risk_class in ('HIGH', 'MEDIUM')) or (value_class = 'MEDIUM' and risk_class = 'HIGH') as is_protected,
    cast(churn_probability * value_12m as decimal(18, 2)) as value_at_risk,
    cast(
        case
            when value_12m > 0
                then cast(parameter('churn_contact_cost') * 100 as decimal(28, 8)) / cast(value_12m * parameter('churn_save_rate_pct') as decimal(18, 2))
        end as decimal(18, 6)
    ) as probability_min,
    cast(
        cast(churn_probability * value_12m as decimal(28, 8)) * parameter('churn_save_rate_pct') / cast(100 as decimal(3, 0))
        - parameter('churn_contact_cost') as decimal(18, 2)
    ) as contact_profit,
    value_12m > 0
    and cast(churn_probability * value_12m as decimal(28, 8)) * parameter('churn_save_rate_pct') >= parameter('churn_contact_cost') * 100
        as is_worth_contact
from classed
