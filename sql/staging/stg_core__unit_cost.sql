-- What an activity costs, as delivered for this business date: the rate in force.
select activity, cost as unit_cost, valid_from
from (
    select *, row_number() over (partition by activity order by valid_from desc nulls last) as age
    from raw_core__unit_cost
    where biz_date = biz_date() and (valid_from is null or valid_from <= biz_date())
) as costs
where age = 1
