-- This month's points: what int_gold_score says tonight.
select
    customer_id,
    contribution_points,
    aum_tier_points,
    growth_points,
    product_points,
    tenure_points,
    digital_points,
    credit_points,
    wallet_points
from int_gold_score
where month = cast(date_trunc('month', biz_date()) as date)
