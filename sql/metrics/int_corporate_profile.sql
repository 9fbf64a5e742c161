-- What is known of organisations (domain specification, section 4.16).
with

month as (

    select
        month.customer_id,
        sum(month.turnover_amount) as turnover_12m,
        max(month.turnover_amount) as turnover_peak,
        sum(month.external_credit_amount + month.external_debit_amount) as settlement_amount_12m
    from agg_customer_month as month
    where month.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by month.customer_id

),

buyer as (

    select
        customer_id,
        -- Sum of squares on the square of the sum.
        cast(
            sum(cast(cast(received_amount_12m as decimal(28, 8)) / cast(total_amount as decimal(18, 2)) as decimal(18, 9))
                * cast(cast(received_amount_12m as decimal(28, 8)) / cast(total_amount as decimal(18, 2)) as decimal(18, 9)))
            as decimal(9, 6)
        ) as counterparty_hhi
    from (
        select customer_id, received_amount_12m, sum(received_amount_12m) over (partition by customer_id) as total_amount
        from agg_supply_chain
        where received_amount_12m > 0
    ) as received
    group by customer_id

),

declared as (

    select xref.customer_id, max(organisation.declared_turnover) as declared_turnover
    from int_organisation as organisation
    inner join dim_customer_xref as xref
        on organisation.source_system = xref.source_system and organisation.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

observed as (

    select
        metrics.customer_id,
        metrics.turnover_12m,
        metrics.aum_month_avg,
        metrics.loan_balance,
        declared.declared_turnover,
        cast(
            case
                when declared.declared_turnover > 0
                    then cast(metrics.turnover_12m as decimal(28, 8)) / cast(declared.declared_turnover as decimal(18, 2))
            end as decimal(18, 4)
        ) as turnover_ratio,
        month.settlement_amount_12m,
        case when month.turnover_12m > 0 then cast(month.turnover_peak as decimal(28, 8)) / cast(month.turnover_12m as decimal(18, 2)) end as peak_month_share,
        buyer.counterparty_hhi,
        payroll.payroll_headcount
    from int_customer_metrics as metrics
    left join month on metrics.customer_id = month.customer_id
    left join buyer on metrics.customer_id = buyer.customer_id
    left join declared on metrics.customer_id = declared.customer_id
    left join int_payroll_headcount as payroll on metrics.customer_id = payroll.customer_id
    where metrics.party_type = 'ORG'

)

select
    customer_id,
    turnover_12m as observed_turnover_12m,
    declared_turnover,
    cast(case when turnover_ratio is not null then least(turnover_ratio, 99999) end as decimal(9, 4)) as turnover_ratio,
    case
        when turnover_ratio < cast(parameter('turnover_suspicious_pct') as decimal(9, 2)) / 100 then 'SUSPICIOUS'
        when turnover_ratio < cast(parameter('turnover_check_pct') as decimal(9, 2)) / 100 then 'CHECK'
        when turnover_ratio <= cast(parameter('turnover_understated_pct') as decimal(9, 2)) / 100 then 'CONSISTENT'
        when turnover_ratio is not null then 'UNDERSTATED'
    end as turnover_band,
    cast(coalesce(settlement_amount_12m, 0) as decimal(18, 2)) as settlement_amount_12m,
    cast(case when loan_balance > 0 then cast(aum_month_avg as decimal(28, 8)) / loan_balance end as decimal(18, 4)) as deposit_to_loan,
    counterparty_hhi,
    cast(peak_month_share as decimal(9, 6)) as peak_month_share,
    cast(coalesce(payroll_headcount, 0) as bigint) as payroll_headcount
from observed
