-- CLOSED (domain specification, section 6.1): who had an open deposit account at the end of the observation month and has none at the end of the
-- outcome window. Accounts are those delivered in these months, as some systems forget closed ones; when they were closed is what is known today.
with

held as (

    select
        wanted.month,
        wanted.outcome_from,
        wanted.outcome_end,
        known.month = wanted.month as is_before,
        known.source_system,
        known.account_no,
        known.source_customer_no
    from int_churn_month as wanted
    cross join agg_account_month as known
    where (known.month = wanted.month or known.month = wanted.outcome_month)
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 1 as varchar) || ' months' as interval)

)

select
    month,
    customer_id,
    is_open_after = 0 as is_account_closed
from (
    select
        held.month,
        xref.customer_id,
        max(case when held.is_before and coalesce(account.close_date, date '9999-12-31') >= held.outcome_from then 1 else 0 end) as is_open_before,
        max(case when not held.is_before and coalesce(account.close_date, date '9999-12-31') > held.outcome_end then 1 else 0 end) as is_open_after
    from held
    inner join dim_customer_xref as xref
        on held.source_system = xref.source_system and held.source_customer_no = xref.source_customer_no
    left join int_account as account on held.source_system = account.source_system and held.account_no = account.account_no
    group by held.month, xref.customer_id
) as states
where is_open_before = 1
