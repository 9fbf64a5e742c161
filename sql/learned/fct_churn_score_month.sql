-- What the churn model said of each person, kept so that it can be held against what came true. A month's row is what its last business date said.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    score.customer_id,
    biz_date() as scored_on,
    score.model_version,
    score.probability,
    score.challenger_probability,
    score.decile,
    score.is_flagged,
    value.churn_rule is not null as has_rule,
    coalesce(value.is_worth_contact, false) as is_worth_contact,
    cast(greatest(coalesce(value.contribution_12m, 0), 0) as decimal(18, 2)) as value_12m
from int_churn_score as score
left join int_value_risk as value on score.customer_id = value.customer_id
