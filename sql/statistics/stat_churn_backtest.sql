-- How good the scores of past months were (domain specification, section 6.5), by whom one would have contacted: how many of those who left were among
-- them (capture), how much more than by chance (lift), and the profit when a save rate of those who left had stayed, less the cost of each contact.
with

judged as (

    select
        policies.policy,
        outcome.month,
        outcome.model_version,
        outcome.customer_count,
        outcome.lost_count,
        outcome.probability_sum,
        outcome.value_12m,
        outcome.lost_value_12m,
        case policies.policy
            when 'ALL' then true
            when 'TOP_DECILE' then outcome.decile = 1
            when 'FLAGGED' then outcome.is_flagged
            when 'RULE' then outcome.has_rule
            else outcome.is_worth_contact
        end as is_contacted
    from (values ('ALL'), ('TOP_DECILE'), ('FLAGGED'), ('RULE'), ('WORTH')) as policies (policy)
    cross join agg_churn_outcome as outcome
    where outcome.month >= cast(date_trunc('month', biz_date()) as date) - interval '36 months'

),

counted as (

    select
        month,
        model_version,
        policy,
        sum(customer_count) as customer_count,
        sum(lost_count) as lost_count,
        sum(probability_sum) as probability_sum,
        sum(value_12m) as value_12m,
        sum(case when is_contacted then customer_count else 0 end) as contact_count,
        sum(case when is_contacted then lost_count else 0 end) as contact_lost_count,
        sum(case when is_contacted then lost_value_12m else 0 end) as contact_lost_value
    from judged
    group by month, model_version, policy

),

valued as (

    select
        *,
        cast(
            cast(contact_lost_value * parameter('churn_save_rate_pct') as decimal(28, 8)) / cast(100 as decimal(3, 0)) as decimal(18, 2)
        ) as saved_amount,
        cast(contact_count * parameter('churn_contact_cost') as decimal(18, 2)) as contact_cost
    from counted

)

select
    month,
    model_version,
    policy,
    cast(customer_count as bigint) as customer_count,
    cast(lost_count as bigint) as lost_count,
    cast(probability_sum as decimal(18, 2)) as lost_count_expected,
    cast(contact_count as bigint) as contact_count,
    cast(contact_lost_count as bigint) as contact_lost_count,
    cast(
        case
            when contact_count > 0 and lost_count > 0
                then cast(contact_lost_count * customer_count as decimal(28, 8)) / cast(contact_count * lost_count as decimal(18, 0))
        end as decimal(9, 4)
    ) as lift,
    cast(case when lost_count > 0 then cast(contact_lost_count as decimal(28, 8)) / cast(lost_count as decimal(18, 0)) end as decimal(9, 6)) as capture,
    -- Of a person of mean value; a list has each person's own.
    cast(
        case
            when value_12m > 0
                then cast(parameter('churn_contact_cost') * 100 * customer_count as decimal(28, 8)) / cast(value_12m * parameter('churn_save_rate_pct') as decimal(28, 2))
        end as decimal(18, 6)
    ) as probability_min,
    saved_amount,
    contact_cost,
    cast(saved_amount - contact_cost as decimal(18, 2)) as profit
from valued
