-- DORMANT (domain specification, section 6.1): nothing initiated by the customer for dormant_days and AUM below dormant_aum_max at the end of the
-- outcome window, for those who were not so at the end of the observation month. Who has no account any more is not dormant but gone.
with

seen as (

    select
        wanted.month,
        known.customer_id,
        max(cast(wanted.outcome_from as int) - 1) as before_day,
        max(cast(wanted.outcome_end as int)) as after_day,
        sum(case when known.month = wanted.month then known.aum_balance end) as aum_before,
        max(case when known.month = wanted.month then known.last_customer_txn_date end) as last_txn_before,
        sum(case when known.month = wanted.outcome_month then known.aum_balance end) as aum_after,
        max(known.last_customer_txn_date) as last_txn_after
    from int_churn_month as wanted
    cross join agg_customer_month as known
    where known.month >= wanted.month
        and known.month <= wanted.outcome_month
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 1 as varchar) || ' months' as interval)
    group by wanted.month, known.customer_id

)

select
    month,
    customer_id,
    coalesce(
        aum_after < parameter('dormant_aum_max') and after_day - cast(last_txn_after as int) >= parameter('dormant_days'),
        false
    ) as is_dormant
from seen
where aum_before is not null
    and not (
        aum_before < parameter('dormant_aum_max')
        and coalesce(before_day - cast(last_txn_before as int) >= parameter('dormant_days'), true)
    )
