-- Organisations to segment. Dormant ones and those without deposits or debts are left out: they form trivial clusters and hide the others.
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
    metrics.turnover_12m,
    profile.peak_month_share,
    profile.counterparty_hhi,
    profile.payroll_headcount,
    metrics.customer_txn_count_3m,
    metrics.echannel_share_3m
from int_customer_metrics as metrics
inner join int_corporate_profile as profile on metrics.customer_id = profile.customer_id
left join mart_churn_flag as flag on metrics.customer_id = flag.customer_id and flag.churn_rule = 'DORMANT'
where flag.customer_id is null and (metrics.aum_month_avg > 0 or metrics.liability_balance > 0)
