-- Both models name as many persons as are the best fifth, so that they can be compared: the scorecard those with the most points, the
-- model those with the highest probability.
with

known as (

    select
        holdout.customer_id,
        holdout.is_best,
        row_number() over (
            order by
                holdout.contribution_points + holdout.aum_tier_points + holdout.growth_points + holdout.product_points + holdout.tenure_points
                + holdout.digital_points + holdout.credit_points + holdout.wallet_points desc,
                holdout.customer_id
        ) as scorecard_place,
        row_number() over (order by model.probability desc, holdout.customer_id) as learned_place,
        sum(case when holdout.is_best then 1 else 0 end) over () as best_count
    from int_gold_holdout as holdout
    inner join int_gold_holdout_score as model on holdout.customer_id = model.customer_id

),

called as (

    select 'SCORECARD' as model, is_best, scorecard_place <= best_count as is_gold, (scorecard_place <= best_count) = (learned_place <= best_count) as is_same
    from known
    union all
    select 'LEARNED' as model, is_best, learned_place <= best_count as is_gold, (scorecard_place <= best_count) = (learned_place <= best_count) as is_same
    from known
    union all
    select
        'BOTH' as model,
        is_best,
        scorecard_place <= best_count and learned_place <= best_count as is_gold,
        (scorecard_place <= best_count) = (learned_place <= best_count) as is_same
    from known

),

counted as (

    select
        model,
        count(*) as n,
        sum(case when is_gold then 1 else 0 end) as gold,
        sum(case when is_gold and is_best then 1 else 0 end) as tp,
        sum(case when is_best then 1 else 0 end) as best,
        sum(case when is_same then 1 else 0 end) as same
    from called
    group by model

)

select
    model,
    cast(n as bigint) as holdout_count,
    cast(gold as bigint) as gold_count,
    cast(tp as bigint) as true_positive_count,
    cast(case when gold > 0 then cast(tp as decimal(18, 8)) / cast(gold as decimal(18, 0)) end as decimal(9, 4)) as precision,
    cast(case when best > 0 then cast(tp as decimal(18, 8)) / cast(best as decimal(18, 0)) end as decimal(9, 4)) as recall,
    cast(case when gold > 0 and best > 0 then cast(tp as decimal(18, 8)) * cast(n as decimal(18, 0)) / cast(gold * best as decimal(18, 0)) end as decimal(9, 4))
        as lift,
    cast(cast(same as decimal(18, 8)) / cast(n as decimal(18, 0)) as decimal(9, 4)) as agreement
from counted
