-- Contribution over this month and the eleven before, of customer records that follow today's identity. Records are summed before they are joined: there are
-- a dozen months of each.
select
    xref.customer_id,
    cast(sum(record.contribution) as decimal(18, 2)) as contribution_12m,
    cast(sum(record.capital_charge) as decimal(18, 2)) as capital_charge_12m,
    cast(sum(record.eva) as decimal(18, 2)) as eva_12m
from dim_customer_xref as xref
inner join (
    select
        source_system,
        source_customer_no,
        sum(contribution) as contribution,
        sum(capital_charge) as capital_charge,
        sum(eva) as eva
    from agg_customer_record_contribution
    where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by source_system, source_customer_no
) as record on xref.source_system = record.source_system and xref.source_customer_no = record.source_customer_no
group by xref.customer_id
