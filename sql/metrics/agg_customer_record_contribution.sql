-- The contracts of each customer record, which are rounded already, so that a year can be summed without reading every contract of it.
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
-- A bound that files are passed over by: no month that is computed tonight lies before it.
where month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    and month in (select month from int_reopened_month)
group by month, source_system, source_customer_no
