-- Scores of past months with what came of them (BAL_ATTR, domain specification, section 6.1), counted by what could have been done with them. Only
-- the months whose outcome became known of late are computed; the others stay as they are.
select
    score.month,
    score.model_version,
    score.decile,
    score.is_flagged,
    score.has_rule,
    score.is_worth_contact,
    cast(count(*) as bigint) as customer_count,
    cast(sum(case when label.is_balance_lost then 1 else 0 end) as bigint) as lost_count,
    cast(sum(score.probability) as decimal(18, 6)) as probability_sum,
    cast(sum(score.value_12m) as decimal(18, 2)) as value_12m,
    cast(sum(case when label.is_balance_lost then score.value_12m else 0 end) as decimal(18, 2)) as lost_value_12m
from fct_churn_score_month as score
inner join agg_churn_label_month as label on score.month = label.month and score.customer_id = label.customer_id
where score.month > cast(date_trunc('month', biz_date()) as date)
        - cast(cast(parameter('churn_gap_months') + parameter('churn_outcome_months') + 2 as varchar) || ' months' as interval)
    and label.month > cast(date_trunc('month', biz_date()) as date)
        - cast(cast(parameter('churn_gap_months') + parameter('churn_outcome_months') + 2 as varchar) || ' months' as interval)
    and label.is_balance_lost is not null
group by score.month, score.model_version, score.decile, score.is_flagged, score.has_rule, score.is_worth_contact
