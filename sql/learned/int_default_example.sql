-- What the model of default learns from: borrowers at the end of a past month who were not in default, and whether they came to be so in the
-- default_outcome_months after it. Only months whose outcome is known to its end; days past due are looked at at each month's end.
with

late as (

    select xref.customer_id, exposure.month
    from agg_exposure_month as exposure
    inner join dim_customer_xref as xref
        on exposure.source_system = xref.source_system and exposure.source_customer_no = xref.source_customer_no
    where exposure.month > cast(date_trunc('month', biz_date()) as date) - interval '36 months'
        and exposure.days_past_due > parameter('default_days')
    group by xref.customer_id, exposure.month

),

asked as (

    select
        feature.*,
        cast(feature.month + cast(cast(parameter('default_outcome_months') as varchar) || ' months' as interval) as date) as outcome_month
    from int_default_feature as feature
    -- Who has become another customer since (identity) is left out: the outcome is not this one's.
    inner join dim_customer as customer on feature.customer_id = customer.customer_id
    where feature.month > cast(date_trunc('month', biz_date()) as date) - interval '36 months'
        and not feature.is_in_default

),

-- The last month that is over: this one on its last night.
closed as (

    select
        cast(case when is_last_night then date_trunc('month', date) else date_trunc('month', date) - interval '1 month' end as date) as month
    from (
        select
            date,
            is_month_end or next_business_day > cast(date_trunc('month', date) + interval '1 month' - interval '1 day' as date) as is_last_night
        from dim_calendar
        where date = biz_date()
    ) as today

),

outcome as (

    select asked.month, asked.customer_id, min(late.month) as default_month
    from asked
    inner join late on asked.customer_id = late.customer_id and late.month > asked.month and late.month <= asked.outcome_month
    group by asked.month, asked.customer_id

)

select
    asked.month,
    asked.customer_id,
    asked.party_type,
    asked.known_on,
    asked.outcome_month,
    asked.loan_count,
    asked.loan_balance,
    asked.days_past_due,
    asked.days_past_due_max_6m,
    asked.overdue_month_count_6m,
    asked.month_count_6m,
    asked.overdue_term_count,
    asked.late_term_count_3m,
    asked.late_days_max_3m,
    asked.five_class_max,
    asked.overdue_share,
    asked.paid_back_share,
    asked.loan_months,
    asked.card_utilisation,
    asked.deposit_cover,
    asked.instalment_share,
    asked.aum_growth_3m,
    asked.salary_months_3m,
    asked.days_since_last_txn,
    asked.tenure_months,
    outcome.default_month,
    outcome.default_month is not null as is_defaulted
from asked
inner join closed on asked.outcome_month <= closed.month
left join outcome on asked.month = outcome.month and asked.customer_id = outcome.customer_id
