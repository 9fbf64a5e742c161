-- Organisations to segment. Dormant ones and those without deposits or debts are left out: they form trivial clusters and hide the others. Sole
-- proprietors who refuse profiling are left out, too.
with

record as (

    select xref.source_system, xref.source_customer_no, xref.customer_id
    from dim_customer as customer
    inner join dim_customer_xref as xref on customer.customer_id = xref.customer_id
    where customer.party_type = 'ORG'

),

turnover as (

    select
        customer_id,
        case
            when sum(turnover_amount) > 0
                then cast(cast(max(turnover_amount) as decimal(28, 8)) / cast(sum(turnover_amount) as decimal(18, 2)) as decimal(9, 6))
        end as peak_month_share
    from (
        select record.customer_id, month.month, sum(month.turnover_amount) as turnover_amount
        from record
        inner join agg_customer_record_month as month
            on record.source_system = month.source_system and record.source_customer_no = month.source_customer_no
        where month.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
        group by record.customer_id, month.month
    ) as months
    group by customer_id

)

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
    turnover.peak_month_share,
    coalesce(payroll.payroll_headcount, 0) as payroll_headcount,
    metrics.customer_txn_count_3m,
    metrics.echannel_share_3m
from int_customer_metrics as metrics
left join turnover on metrics.customer_id = turnover.customer_id
left join int_payroll_headcount as payroll on metrics.customer_id = payroll.customer_id
left join mart_churn_flag as flag on metrics.customer_id = flag.customer_id and flag.churn_rule = 'DORMANT'
left join int_profiling_refused as refused on metrics.customer_id = refused.customer_id
where metrics.party_type = 'ORG' and flag.customer_id is null and refused.customer_id is null and (metrics.aum_month_avg > 0 or metrics.liability_balance > 0)
