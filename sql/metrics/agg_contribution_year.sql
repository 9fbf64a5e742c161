-- Contribution over this month and the eleven before, of contracts that follow today's identity.
select
    xref.customer_id,
    cast(count(distinct contract.month) as bigint) as month_count,
    cast(sum(contract.contribution) as decimal(18, 2)) as contribution_12m,
    cast(sum(contract.capital_charge) as decimal(18, 2)) as capital_charge_12m,
    cast(sum(contract.eva) as decimal(18, 2)) as eva_12m
from (
    select source_system, source_customer_no, month, sum(contribution) as contribution, sum(capital_charge) as capital_charge, sum(eva) as eva
    from agg_contribution_month
    where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by source_system, source_customer_no, month
) as contract
inner join dim_customer_xref as xref
    on contract.source_system = xref.source_system and contract.source_customer_no = xref.source_customer_no
group by xref.customer_id
