-- How concentrated contribution is (requirement ABC-7d: look before obeying 80/20), per class of customer: the share of the best
-- fifth, the Gini coefficient and the Herfindahl index, over customers who contribute.
with

ranked as (

    select
        metrics.party_type,
        contribution.contribution,
        row_number() over (partition by metrics.party_type order by contribution.contribution, contribution.customer_id) as place,
        count(*) over (partition by metrics.party_type) as customer_count,
        sum(contribution.contribution) over (partition by metrics.party_type) as total
    from agg_customer_contribution as contribution
    inner join int_customer_metrics as metrics on contribution.customer_id = metrics.customer_id
    where contribution.contribution > 0

)

select
    biz_date() as biz_date,
    party_type,
    max(customer_count) as customer_count,
    cast(max(total) as decimal(18, 2)) as contribution,
    -- Whole customers: of seven, two are the best fifth.
    cast(
        cast(sum(case when (customer_count - place) * 5 < customer_count then contribution else 0 end) as decimal(38, 8)) / cast(max(total) as decimal(18, 2))
        as decimal(9, 6)
    ) as best_fifth_share,
    -- Gini = sum of (2 i - n - 1) x_i over n times the total, from the least up.
    cast(
        cast(sum(cast(2 * cast(place as bigint) - customer_count - 1 as decimal(18, 0)) * contribution) as decimal(38, 8))
        / cast(max(customer_count) as decimal(18, 0)) / cast(max(total) as decimal(18, 2))
        as decimal(9, 6)
    ) as gini,
    cast(sum(cast(cast(contribution as decimal(28, 10)) / cast(total as decimal(18, 2)) as decimal(19, 10)) * cast(cast(contribution as decimal(28, 10)) / cast(total as decimal(18, 2)) as decimal(19, 10))) as decimal(9, 6)) as herfindahl
from ranked
group by party_type
