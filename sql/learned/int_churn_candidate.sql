-- Balances and flows of a month that is not over are of a part of it, so the last one that is over is scored; of customers who have become another
-- since (identity) nothing is said.
select
    feature.customer_id,
    feature.month,
    feature.known_on,
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
from int_churn_feature as feature
inner join dim_customer as customer on feature.customer_id = customer.customer_id
inner join (
    select max(month) as month
    from int_churn_feature
    where is_month_over and month >= cast(date_trunc('month', biz_date()) as date) - interval '1 month'
) as latest on feature.month = latest.month
where feature.is_month_over and feature.month >= cast(date_trunc('month', biz_date()) as date) - interval '1 month'
