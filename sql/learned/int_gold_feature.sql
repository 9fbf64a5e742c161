-- The scorecard's points of twelve months ago with what came of them (the best gold_best_pct per cent by the economic value added since), and today's
-- points. Three in sixteen persons, by a hash of their id, are held out: nothing is learnt from them.
with

known as (

    select
        score.*,
        row_number() over (order by coalesce(year.eva_12m, 0) desc, score.customer_id) * 100
        <= count(*) over () * parameter('gold_best_pct') as is_best
    from int_gold_score as score
    inner join int_customer_metrics as metrics on score.customer_id = metrics.customer_id
    left join agg_contribution_year as year on score.customer_id = year.customer_id
    where score.month = cast(date_trunc('month', biz_date()) - interval '12 months' as date)

)

select
    case when substr(md5(score.customer_id), 1, 1) in ('0', '1', '2') then 'HOLDOUT' else 'TRAIN' end as row_kind,
    score.customer_id,
    score.is_best,
    score.contribution_points,
    score.aum_tier_points,
    score.growth_points,
    score.product_points,
    score.tenure_points,
    score.digital_points,
    score.credit_points,
    score.wallet_points
from known as score
union all
select
    'SCORE' as row_kind,
    score.customer_id,
    cast(null as boolean) as is_best,
    score.contribution_points,
    score.aum_tier_points,
    score.growth_points,
    score.product_points,
    score.tenure_points,
    score.digital_points,
    score.credit_points,
    score.wallet_points
from int_gold_score as score
where score.month = cast(date_trunc('month', biz_date()) as date)
