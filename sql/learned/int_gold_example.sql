-- What the model of gold customers learns from: everybody of a year ago but those who are held out.
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
where not is_held_out
