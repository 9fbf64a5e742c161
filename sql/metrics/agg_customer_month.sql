-- One row per customer and month, for the last thirteen months. Accounts and positions follow today's identity, so a customer's
-- past is complete after two records were found to be one person. A balance below zero is a debt, not AUM (domain
-- specification, sections 4.3 and 4.4); weights of components stand in ref_aum_component, others count in full.
with

holding as (

    select
        account.source_system,
        account.source_customer_no,
        account.month,
        cast(coalesce(component.weight, 1) * greatest(account.balance_avg_base, 0) as decimal(18, 2)) as aum_avg,
        cast(coalesce(component.weight, 1) * greatest(account.balance_accumulator_base, 0) as decimal(38, 2)) as aum_accumulator,
        cast(coalesce(component.weight, 1) * greatest(account.balance_base, 0) as decimal(18, 2)) as aum_balance,
        cast(0 as decimal(18, 2)) as wealth_balance,
        cast(greatest(-account.balance_base, 0) as decimal(18, 2)) as overdraft_balance,
        account.external_credit_amount,
        account.external_debit_amount,
        account.customer_txn_count,
        account.echannel_txn_count,
        account.salary_amount,
        account.turnover_amount,
        account.last_customer_txn_date,
        account.last_customer_txn_at
    from agg_account_month as account
    left join ref_aum_component as component on account.account_kind = component.component
    where account.month > cast(date_trunc('month', biz_date()) as date) - interval '13 months'

    union all

    select
        position.source_system,
        position.source_customer_no,
        position.month,
        cast(coalesce(component.weight, 1) * greatest(position.balance_avg_base, 0) as decimal(18, 2)) as aum_avg,
        cast(coalesce(component.weight, 1) * greatest(position.balance_accumulator_base, 0) as decimal(38, 2)) as aum_accumulator,
        cast(coalesce(component.weight, 1) * greatest(position.balance_base, 0) as decimal(18, 2)) as aum_balance,
        cast(coalesce(component.weight, 1) * greatest(position.balance_base, 0) as decimal(18, 2)) as wealth_balance,
        cast(greatest(-position.balance_base, 0) as decimal(18, 2)) as overdraft_balance,
        cast(0 as decimal(18, 2)) as external_credit_amount,
        cast(0 as decimal(18, 2)) as external_debit_amount,
        cast(0 as bigint) as customer_txn_count,
        cast(0 as bigint) as echannel_txn_count,
        cast(0 as decimal(18, 2)) as salary_amount,
        cast(0 as decimal(18, 2)) as turnover_amount,
        cast(null as date) as last_customer_txn_date,
        cast(null as timestamp) as last_customer_txn_at
    from agg_contract_month as position
    left join ref_aum_component as component on position.component = component.component
    where position.contract_kind = 'POSITION' and position.month > cast(date_trunc('month', biz_date()) as date) - interval '13 months'

)

select
    xref.customer_id,
    holding.month,
    cast(sum(holding.aum_avg) as decimal(18, 2)) as aum_avg,
    cast(sum(holding.aum_accumulator) as decimal(38, 2)) as aum_accumulator,
    cast(sum(holding.aum_balance) as decimal(18, 2)) as aum_balance,
    cast(sum(holding.wealth_balance) as decimal(18, 2)) as wealth_balance,
    cast(sum(holding.overdraft_balance) as decimal(18, 2)) as overdraft_balance,
    cast(sum(holding.external_credit_amount) as decimal(18, 2)) as external_credit_amount,
    cast(sum(holding.external_debit_amount) as decimal(18, 2)) as external_debit_amount,
    cast(sum(holding.customer_txn_count) as bigint) as customer_txn_count,
    cast(sum(holding.echannel_txn_count) as bigint) as echannel_txn_count,
    cast(sum(holding.salary_amount) as decimal(18, 2)) as salary_amount,
    cast(sum(holding.turnover_amount) as decimal(18, 2)) as turnover_amount,
    max(holding.last_customer_txn_date) as last_customer_txn_date,
    max(holding.last_customer_txn_at) as last_customer_txn_at
from holding
inner join dim_customer_xref as xref
    on holding.source_system = xref.source_system and holding.source_customer_no = xref.source_customer_no
group by xref.customer_id, holding.month
