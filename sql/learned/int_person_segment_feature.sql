-- Persons to segment. Dormant customers and persons without deposits or debts are left out:
-- they form trivial clusters and hide the others. Children and who refuses profiling are left out, too.
select
    metrics.customer_id,
    metrics.aum_month_avg,
    cast(
        case
            when metrics.demand_balance + metrics.time_balance > 0
                then cast(metrics.time_balance as decimal(24, 6)) / (metrics.demand_balance + metrics.time_balance)
            else 0
        end as decimal(9, 6)
    ) as time_share,
    metrics.liability_balance,
    metrics.external_credit_3m,
    metrics.salary_months_3m,
    metrics.customer_txn_count_3m,
    metrics.echannel_share_3m,
    metrics.age_years,
    metrics.tenure_months
from int_customer_metrics as metrics
left join mart_churn_flag as flag on metrics.customer_id = flag.customer_id and flag.churn_rule = 'DORMANT'
left join int_profiling_refused as refused on metrics.customer_id = refused.customer_id
where metrics.party_type = 'PERSON' and flag.customer_id is null
    and (metrics.aum_month_avg > 0 or metrics.liability_balance > 0)
    and (metrics.age_years is null or metrics.age_years >= parameter('profiling_age_min'))
    and refused.customer_id is null
