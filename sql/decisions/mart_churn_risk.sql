-- Persons with a score of the churn model or with a rule that holds, and what to do about them (domain specification, section 6.5). CALL: in a cell of
-- the protect list, and a contact pays; OFFER: elsewhere, and it pays; WATCH: high or medium risk, and it does not pay; NONE: the others. Left out: who
-- has died, and who does not allow profiling.
select
    value.customer_id,
    case when score.customer_id is not null then 'BAL_ATTR' else value.churn_rule end as churn_label,
    case
        when score.customer_id is not null
            then 'of the average balance of the last three months ' || cast(coalesce(own.drop_pct, parameter('churn_drop_pct')) as varchar)
            || ' % or more is gone ' || cast(parameter('churn_gap_months') + parameter('churn_outcome_months') as varchar) || ' months later'
        when value.churn_rule like 'BALANCE_DROP%' then 'average balance fell by 30 % or more in three months'
        else 'no own transaction for ' || cast(parameter('dormant_days') as varchar) || ' days and less than '
            || cast(parameter('dormant_aum_max') as varchar) || ' in the accounts'
    end as label_definition,
    score.probability,
    score.decile,
    coalesce(score.is_flagged, false) as is_flagged,
    value.churn_rule,
    flag.reason as rule_reason,
    score.reason_1,
    score.reason_2,
    score.reason_3,
    score.reason_1_zh,
    score.reason_2_zh,
    score.reason_3_zh,
    value.value_class,
    value.risk_class,
    value.is_protected,
    value.contribution_12m,
    value.value_at_risk,
    value.probability_min,
    value.contact_profit,
    value.is_worth_contact,
    case
        when value.is_worth_contact and value.is_protected then 'CALL'
        when value.is_worth_contact then 'OFFER'
        when value.risk_class <> 'LOW' then 'WATCH'
        else 'NONE'
    end as action_class,
    -- A score is used in the month after the one that it looks at.
    cast(date_trunc('month', biz_date()) + interval '2 months' - interval '1 day' as date) as valid_until,
    score.model_version
from int_value_risk as value
left join int_churn_score as score on value.customer_id = score.customer_id
left join (
    select customer_id, string_agg(reason, '; ' order by churn_rule) as reason
    from mart_churn_flag
    group by customer_id
) as flag on value.customer_id = flag.customer_id
left join int_customer_tier as tier on value.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join ref_churn_drop as own on tier.scheme_id = own.scheme_id and tier.tier = own.tier
left join dim_customer_profile as profile on value.customer_id = profile.customer_id
left join int_profiling_refused as refused on value.customer_id = refused.customer_id
where (score.customer_id is not null or value.churn_rule is not null)
    and refused.customer_id is null
    and not coalesce(profile.is_deceased, false)
