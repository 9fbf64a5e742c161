-- What each customer earned in this month: the sum of the contracts, which are rounded already. RAROC is the contribution of a year
-- of such months on the capital that it binds.
select
    xref.customer_id,
    max(contract.month) as month,
    cast(sum(contract.spread_income) as decimal(18, 2)) as spread_income,
    cast(sum(contract.fee_income + contract.interchange_income) as decimal(18, 2)) as fee_income,
    cast(sum(contract.activity_cost) as decimal(18, 2)) as activity_cost,
    cast(sum(contract.expected_loss) as decimal(18, 2)) as expected_loss,
    cast(sum(contract.pre_tax_contribution) as decimal(18, 2)) as pre_tax_contribution,
    cast(sum(contract.tax) as decimal(18, 2)) as tax,
    cast(sum(contract.contribution) as decimal(18, 2)) as contribution,
    cast(sum(contract.economic_capital) as decimal(18, 2)) as economic_capital,
    cast(sum(contract.capital_charge) as decimal(18, 2)) as capital_charge,
    cast(sum(contract.eva) as decimal(18, 2)) as eva,
    cast(
        case
            when sum(contract.economic_capital) > 0
                then cast(sum(contract.contribution) * 12 as decimal(28, 8)) / cast(sum(contract.economic_capital) as decimal(18, 2))
        end as decimal(18, 6)
    ) as raroc
from agg_contribution_month as contract
inner join dim_customer_xref as xref
    on contract.source_system = xref.source_system and contract.source_customer_no = xref.source_customer_no
where contract.month = cast(date_trunc('month', biz_date()) as date)
group by xref.customer_id
