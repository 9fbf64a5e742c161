-- BALANCE_DROP: average daily AUM fell by 30 % or more in three months, from 10,000 or more (domain baseline rule).
-- DORMANT: nothing initiated by the customer for dormant_days and AUM below dormant_aum_max; a customer is not dormant before 180 days
-- of relation. Interest, fees and deductions are not activity. Persons only: an organisation may rest for a year.
select
    customer_id,
    'BALANCE_DROP' as churn_rule,
    'average balance fell ' || cast(cast(-aum_growth_3m * 100 as decimal(18, 1)) as varchar)
        || ' % in three months' as reason,
    aum_month_avg,
    aum_month_avg_3m_ago,
    aum_growth_3m,
    days_since_last_txn
from int_customer_metrics
where party_type = 'PERSON' and aum_month_avg_3m_ago >= 10000 and aum_growth_3m <= -0.30

union all

select
    customer_id,
    'DORMANT' as churn_rule,
    coalesce(
        'no own transaction for ' || cast(days_since_last_txn as varchar) || ' days',
        'no own transaction in the history'
    ) || ' and less than ' || cast(parameter('dormant_aum_max') as varchar) || ' in the accounts' as reason,
    aum_month_avg,
    aum_month_avg_3m_ago,
    aum_growth_3m,
    days_since_last_txn
from int_customer_metrics
where party_type = 'PERSON' and coalesce(days_since_last_txn, 9999) >= parameter('dormant_days') and tenure_months >= 6
    and aum_balance < parameter('dormant_aum_max')
    and liability_balance = 0 and product_count > 0
