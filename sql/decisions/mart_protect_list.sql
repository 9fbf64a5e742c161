-- Customers whom others would like to have, too: high value with high or medium risk of leaving, medium value with high risk (requirement LF-19). The
-- most value at risk comes first. Not on it: who works for the bank or is on a watch list.
select
    risk.customer_id,
    customer.customer_name,
    cast(row_number() over (order by risk.value_at_risk desc, risk.customer_id) as bigint) as place,
    'value ' || risk.value_class || ', risk ' || risk.risk_class as cell,
    tier.tier,
    metrics.aum_month_avg,
    risk.contribution_12m,
    risk.probability,
    risk.value_at_risk,
    risk.contact_profit,
    risk.action_class,
    concat_ws(
        '; ',
        'contribution of ' || cast(risk.contribution_12m as varchar) || ' in twelve months',
        case
            when risk.probability is not null
                then 'leaves with a probability of ' || cast(cast(risk.probability * 100 as decimal(18, 1)) as varchar) || ' %'
        end,
        risk.rule_reason,
        risk.reason_1,
        risk.reason_2,
        risk.reason_3
    ) as reason,
    customer.branch_no,
    owner.owner_staff_no,
    due.last_contact_date,
    due.next_due_date,
    coalesce(before.entered_on, biz_date()) as entered_on,
    risk.valid_until
from mart_churn_risk as risk
inner join dim_customer as customer on risk.customer_id = customer.customer_id
inner join int_customer_metrics as metrics on risk.customer_id = metrics.customer_id
left join int_customer_tier as tier on risk.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join dim_customer_profile as profile on risk.customer_id = profile.customer_id
left join (select customer_id from int_watchlist_hit group by customer_id) as watched on risk.customer_id = watched.customer_id
left join int_customer_owner as owner on risk.customer_id = owner.customer_id
left join int_contact_due as due on risk.customer_id = due.customer_id
left join previous('mart_protect_list') as before on risk.customer_id = before.customer_id
where risk.is_protected
    and watched.customer_id is null
    and not coalesce(profile.is_staff, false)
