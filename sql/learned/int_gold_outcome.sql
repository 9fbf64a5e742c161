-- The scorecard's points of twelve months ago and who turned out to be among the best gold_best_pct per cent by the economic value added since.
-- Three in sixteen persons, by a hash of their id and so the same ones every night, are held out: stat_gold_model asks the model about them.
select
    score.customer_id,
    score.contribution_points,
    score.aum_tier_points,
    score.growth_points,
    score.product_points,
    score.tenure_points,
    score.digital_points,
    score.credit_points,
    score.wallet_points,
    row_number() over (order by coalesce(year.eva_12m, 0) desc, score.customer_id) * 100
    <= count(*) over () * parameter('gold_best_pct') as is_best,
    substr(md5(score.customer_id), 1, 1) in ('0', '1', '2') as is_held_out
from int_gold_score as score
inner join int_customer_metrics as metrics on score.customer_id = metrics.customer_id
left join agg_contribution_year as year on score.customer_id = year.customer_id
where score.month = cast(date_trunc('month', biz_date()) - interval '12 months' as date)
