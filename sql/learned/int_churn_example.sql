-- What a model of leaving learns from: features of observation months as their last night knew them, with what came of them. Only months whose outcome
-- window is over have a label; no more than churn_example_months of them. Looking back at a date, what was decided after it is not known yet. Of a large
-- bank the customers whose hash is smallest, about churn_example_rows_max rows: more do not make a better model.
with

known as (

    select * from int_churn_feature
    where is_month_over
        and month > cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_gap_months') + parameter('churn_outcome_months') + parameter('churn_example_months') as varchar) || ' months' as interval)

),

-- The first four hexadecimal digits below which customers are taken; all are below g.
share as (

    select
        case
            when count(*) <= parameter('churn_example_rows_max') then 'g'
            else lpad(to_hex(cast(65536 * parameter('churn_example_rows_max') / count(*) as bigint)), 4, '0')
        end as hash_end
    from known

)

select
    feature.customer_id,
    feature.month,
    feature.known_on,
    label.is_balance_lost as is_churned,
    feature.aum_base,
    feature.aum_month_avg,
    feature.aum_ratio_3m,
    feature.aum_ratio_6m,
    feature.aum_slope_3m,
    feature.aum_slope_6m,
    feature.aum_slope_12m,
    feature.aum_growth_3m,
    feature.aum_volatility_6m,
    feature.net_inflow_share_3m,
    feature.own_name_share_3m,
    feature.own_name_share_30d,
    feature.days_since_last_txn,
    feature.echannel_share_3m,
    feature.echannel_share_change,
    feature.customer_txn_count_3m,
    feature.customer_txn_change,
    feature.login_count_30d,
    feature.login_count_change,
    feature.product_count,
    feature.product_count_change,
    feature.maturing_share_90d,
    feature.rate_gap,
    feature.tenure_months,
    feature.age_years,
    feature.tier_rank,
    feature.is_tier_dropped,
    feature.days_past_due,
    feature.salary_months_3m,
    feature.salary_months_change,
    feature.salary_left_share_3m,
    feature.fee_ratio_3m,
    feature.contact_count_90d,
    feature.complaint_count_90d,
    feature.is_manager_changed,
    feature.month_of_year,
    feature.is_new_year_season
from known as feature
inner join agg_churn_label_month as label on feature.month = label.month and feature.customer_id = label.customer_id
cross join share
where label.is_balance_lost is not null
    and label.decided_on <= biz_date()
    and substr(md5(feature.customer_id), 1, 4) < share.hash_end
    and label.month > cast(date_trunc('month', biz_date()) as date)
        - cast(cast(parameter('churn_gap_months') + parameter('churn_outcome_months') + parameter('churn_example_months') as varchar) || ' months' as interval)
