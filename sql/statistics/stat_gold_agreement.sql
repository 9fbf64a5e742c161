-- How good the scorecard was (domain specification, section 5.4): who it called gold twelve months ago, against the best gold_best_pct per cent by
-- the economic value added since. Persons who are customers in both months.
with

known as (

    select
        score.month,
        score.is_gold,
        row_number() over (order by coalesce(year.eva_12m, 0) desc, score.customer_id) * 100
        <= count(*) over () * parameter('gold_best_pct') as is_best
    from int_gold_score as score
    inner join int_customer_metrics as metrics on score.customer_id = metrics.customer_id
    left join agg_contribution_year as year on score.customer_id = year.customer_id
    where score.month = cast(date_trunc('month', biz_date()) - interval '12 months' as date)

),

counted as (

    select
        month,
        sum(case when is_gold and is_best then 1 else 0 end) as tp,
        sum(case when is_gold and not is_best then 1 else 0 end) as fp,
        sum(case when not is_gold and is_best then 1 else 0 end) as fn,
        sum(case when not is_gold and not is_best then 1 else 0 end) as tn
    from known
    group by month

)

select
    month,
    cast(tp as bigint) as true_positive_count,
    cast(fp as bigint) as false_positive_count,
    cast(fn as bigint) as false_negative_count,
    cast(tn as bigint) as true_negative_count,
    cast(case when tp + fp > 0 then cast(tp as decimal(18, 8)) / cast(tp + fp as decimal(18, 0)) end as decimal(9, 4)) as precision,
    cast(case when tp + fn > 0 then cast(tp as decimal(18, 8)) / cast(tp + fn as decimal(18, 0)) end as decimal(9, 4)) as recall,
    cast(cast(tp + tn as decimal(18, 8)) / cast(tp + fp + fn + tn as decimal(18, 0)) as decimal(9, 4)) as accuracy,
    cast(case when tp > 0 then cast(2 * tp as decimal(18, 8)) / cast(2 * tp + fp + fn as decimal(18, 0)) end as decimal(9, 4)) as f1,
    cast(
        case
            when tp + fp > 0 and tp + fn > 0
                then cast(tp as decimal(18, 8)) * cast(tp + fp + fn + tn as decimal(18, 0)) / cast((tp + fp) * (tp + fn) as decimal(18, 0))
        end as decimal(9, 4)
    ) as lift
from counted
