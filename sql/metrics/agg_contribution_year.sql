-- Contribution over this month and the eleven before, of customer records that follow today's identity.
select
    customer_id,
    cast(count(*) as bigint) as month_count,
    cast(sum(contribution) as decimal(18, 2)) as contribution_12m,
    cast(sum(capital_charge) as decimal(18, 2)) as capital_charge_12m,
    cast(sum(eva) as decimal(18, 2)) as eva_12m
from (
    select
        xref.customer_id,
        record.month,
        sum(record.contribution) as contribution,
        sum(record.capital_charge) as capital_charge,
        sum(record.eva) as eva
    from agg_customer_record_contribution as record
    inner join dim_customer_xref as xref
        on record.source_system = xref.source_system and record.source_customer_no = xref.source_customer_no
    where record.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by xref.customer_id, record.month
) as months
group by customer_id
