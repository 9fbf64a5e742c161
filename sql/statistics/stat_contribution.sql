-- Sums of contracts, each rounded already: rows add up to branches and to the bank, and down to agg_contribution_month. RESIDUAL rows have what the
-- accounts booked and no contract was credited with; reported, never spread (domain specification, section 4.10).
select
    month,
    coalesce(branch_no, '') as branch_no,
    component,
    cast(count(*) as bigint) as contract_count,
    cast(sum(spread_income) as decimal(18, 2)) as spread_income,
    cast(sum(fee_income + interchange_income) as decimal(18, 2)) as fee_income,
    cast(sum(activity_cost) as decimal(18, 2)) as activity_cost,
    cast(sum(expected_loss) as decimal(18, 2)) as expected_loss,
    cast(sum(tax) as decimal(18, 2)) as tax,
    cast(sum(capital_charge) as decimal(18, 2)) as capital_charge,
    cast(sum(eva) as decimal(18, 2)) as eva
from agg_contribution_month
where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
group by month, coalesce(branch_no, ''), component
union all
select
    account.month,
    coalesce(account.branch_no, '') as branch_no,
    'RESIDUAL' as component,
    cast(count(*) as bigint) as contract_count,
    cast(0 as decimal(18, 2)) as spread_income,
    cast(sum(account.fee_amount + account.interchange_amount) as decimal(18, 2)) as fee_income,
    cast(sum(account.activity_cost_amount) as decimal(18, 2)) as activity_cost,
    cast(0 as decimal(18, 2)) as expected_loss,
    cast(0 as decimal(18, 2)) as tax,
    cast(0 as decimal(18, 2)) as capital_charge,
    cast(sum(account.fee_amount + account.interchange_amount - account.activity_cost_amount) as decimal(18, 2)) as eva
from agg_account_month as account
left join (select * from agg_contribution_month where contract_kind = 'DEPOSIT') as contract
    on account.month = contract.month and account.source_system = contract.source_system and account.account_no = contract.contract_no
where account.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months' and contract.contract_no is null
    and (account.fee_amount <> 0 or account.interchange_amount <> 0 or account.activity_cost_amount <> 0)
group by account.month, coalesce(account.branch_no, '')
