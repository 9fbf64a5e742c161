-- The contracts of each customer record, which are rounded already, so that a year can be summed without reading every contract of it.
with

wanted as (

    select month from int_reopened_month
    union
    select known.month
    from (
        select month from agg_contribution_month where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months' group by month
    ) as known
    left join (
        select month
        from previous('agg_customer_record_contribution')
        where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
        group by month
    ) as kept on known.month = kept.month
    where kept.month is null

)

select
    month,
    source_system,
    source_customer_no,
    cast(sum(spread_income) as decimal(18, 2)) as spread_income,
    cast(sum(fee_income + interchange_income) as decimal(18, 2)) as fee_income,
    cast(sum(contribution) as decimal(18, 2)) as contribution,
    cast(sum(capital_charge) as decimal(18, 2)) as capital_charge,
    cast(sum(eva) as decimal(18, 2)) as eva
from agg_contribution_month
where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months' and month in (select month from wanted)
group by month, source_system, source_customer_no
