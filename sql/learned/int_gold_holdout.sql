-- Who says how good the model of gold customers is beside the scorecard (stat_gold_model).
select
    customer_id,
    contribution_points,
    aum_tier_points,
    growth_points,
    product_points,
    tenure_points,
    digital_points,
    credit_points,
    wallet_points,
    is_best
from int_gold_outcome
where is_held_out
