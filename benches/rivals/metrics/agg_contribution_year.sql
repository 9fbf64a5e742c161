select xref.customer_id, sum(contract.contribution) as contribution_12m,
    sum(contract.capital_charge) as capital_charge_12m, sum(contract.eva) as eva_12m
from agg_contribution_month as contract
inner join dim_customer_xref as xref on contract.source_system = xref.source_system and contract.source_customer_no = xref.source_customer_no
where contract.month > date_trunc('month', date '{date}') - interval 12 months
group by all
