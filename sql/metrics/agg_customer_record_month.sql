-- One row per customer record and month, of accounts and positions. A balance below zero is a debt, not AUM (domain specification, sections 4.3 and
-- 4.4); weights of components stand in ref_aum_component, others count in full.
with

account_holding as (

    select
        account.source_system,
        account.source_customer_no,
        account.account_no,
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
    -- A bound that files are passed over by: no month that is computed tonight lies before it.
    where account.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
        and account.month in (select month from int_reopened_month)

),

-- What joint owners have of it is theirs and not the holder's; what rounding leaves is the holder's. A transaction counts once, with the holder, and when the
-- account was last used tells something of each owner.
joint_holding as (

    select
        holding.source_system,
        share.source_customer_no,
        holding.month,
        cast(holding.aum_avg * share.signed_share as decimal(18, 2)) as aum_avg,
        cast(holding.aum_accumulator * share.signed_share as decimal(38, 2)) as aum_accumulator,
        cast(holding.aum_balance * share.signed_share as decimal(18, 2)) as aum_balance,
        cast(0 as decimal(18, 2)) as wealth_balance,
        cast(holding.overdraft_balance * share.signed_share as decimal(18, 2)) as overdraft_balance,
        cast(holding.external_credit_amount * share.signed_share as decimal(18, 2)) as external_credit_amount,
        cast(holding.external_debit_amount * share.signed_share as decimal(18, 2)) as external_debit_amount,
        cast(0 as bigint) as customer_txn_count,
        cast(0 as bigint) as echannel_txn_count,
        cast(holding.salary_amount * share.signed_share as decimal(18, 2)) as salary_amount,
        cast(holding.turnover_amount * share.signed_share as decimal(18, 2)) as turnover_amount,
        case when share.is_joint_owner then holding.last_customer_txn_date end as last_customer_txn_date,
        case when share.is_joint_owner then holding.last_customer_txn_at end as last_customer_txn_at
    from int_joint_share as share
    inner join account_holding as holding on share.source_system = holding.source_system and share.account_no = holding.account_no

),

holding as (

    select * exclude (account_no) from account_holding

    union all

    select * from joint_holding

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
    where position.contract_kind = 'POSITION'
        and position.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
        and position.month in (select month from int_reopened_month)

)

select
    month,
    source_system,
    source_customer_no,
    cast(sum(aum_avg) as decimal(18, 2)) as aum_avg,
    cast(sum(aum_accumulator) as decimal(38, 2)) as aum_accumulator,
    cast(sum(aum_balance) as decimal(18, 2)) as aum_balance,
    cast(sum(wealth_balance) as decimal(18, 2)) as wealth_balance,
    cast(sum(overdraft_balance) as decimal(18, 2)) as overdraft_balance,
    cast(sum(external_credit_amount) as decimal(18, 2)) as external_credit_amount,
    cast(sum(external_debit_amount) as decimal(18, 2)) as external_debit_amount,
    cast(sum(customer_txn_count) as bigint) as customer_txn_count,
    cast(sum(echannel_txn_count) as bigint) as echannel_txn_count,
    cast(sum(salary_amount) as decimal(18, 2)) as salary_amount,
    cast(sum(turnover_amount) as decimal(18, 2)) as turnover_amount,
    max(last_customer_txn_date) as last_customer_txn_date,
    max(last_customer_txn_at) as last_customer_txn_at
from holding
group by month, source_system, source_customer_no
