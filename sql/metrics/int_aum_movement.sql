-- From the AUM at the end of last month to today's, per customer (domain specification, section 4.5):
--   AUM_end - AUM_begin = net external flow + loans + interest + revaluation + FX effect - fees and tax + adjustments + what went to
--   components that do not count + what moved between the owners of joint accounts (by their shares today) + unexplained.
-- Accounts tell their flows; what positions cost when bought and brought when sold stands against the flows of the accounts, and the rest of
-- their change is revaluation. Own transfers and purchases leave nothing; what they do leave is unexplained. In the first month of a warehouse
-- the beginning is what the postings lead back to, and a position from before begins with its value today.
with

this_month as (

    select
        cast(date_trunc('month', biz_date()) as date) as month,
        cast(date_trunc('month', biz_date()) - interval '1 month' as date) as month_before,
        (select count(*) > 0 from agg_account_month where month = cast(date_trunc('month', biz_date()) - interval '1 month' as date)) as has_before

),

rate as (

    select currency, middle_rate from int_rate_day where rate_date = biz_date()

),

account as (

    select
        now.source_system,
        now.source_customer_no,
        now.account_no,
        coalesce(component.weight, 1) as weight,
        case
            when before.account_no is not null then before.balance_base
            when now.month_before_is_known then cast(0 as decimal(18, 2))
            else now.balance_base - now.posted_amount_base
        end as begin_base,
        now.balance_base as end_base,
        now.external_credit_amount - now.external_debit_amount as external_amount,
        now.loan_amount,
        now.interest_amount,
        now.fee_amount - now.tax_amount as fee_tax_amount,
        now.posted_amount_base
        - (now.external_credit_amount - now.external_debit_amount + now.own_amount + now.loan_amount + now.interest_amount - now.fee_amount + now.tax_amount)
            as adjustment_amount,
        now.posted_amount_base,
        -- What the postings do not say of the balance, in the account's currency.
        cast(
            (
                case
                    when before.account_no is not null then now.balance - before.balance - now.posted_amount
                    when now.month_before_is_known then now.balance - now.posted_amount
                    else 0
                end
            ) * rate.middle_rate as decimal(18, 2)
        ) as break_amount
    from rate
    inner join (
        select account.*, this_month.has_before as month_before_is_known
        from this_month
        inner join agg_account_month as account on this_month.month = account.month and account.month = cast(date_trunc('month', biz_date()) as date)
    ) as now on rate.currency = now.currency
    left join (
        select account.source_system, account.account_no, account.balance, account.balance_base
        from this_month
        inner join agg_account_month as account
            on this_month.month_before = account.month and account.month = cast(date_trunc('month', biz_date()) - interval '1 month' as date)
    ) as before on now.source_system = before.source_system and now.account_no = before.account_no
    left join ref_aum_component as component on now.account_kind = component.component

),

position as (

    select
        coalesce(now.source_system, before.source_system) as source_system,
        coalesce(now.source_customer_no, before.source_customer_no) as source_customer_no,
        coalesce(component.weight, 1) as weight,
        coalesce(before.balance_base, case when now.is_old then now.balance_base end, 0) as begin_base,
        coalesce(now.balance_base, 0) as end_base
    from (
        select contract.*, not this_month.has_before and bought.position_no is null as is_old
        from this_month
        inner join agg_contract_month as contract
            on this_month.month = contract.month and contract.month = cast(date_trunc('month', biz_date()) as date) and contract.contract_kind = 'POSITION'
        left join int_position_bought as bought
            on contract.source_system = bought.source_system and contract.contract_no = bought.position_no
    ) as now
    full outer join (
        select contract.*
        from this_month
        inner join agg_contract_month as contract
            on this_month.month_before = contract.month and contract.month = cast(date_trunc('month', biz_date()) - interval '1 month' as date) and contract.contract_kind = 'POSITION'
    ) as before on now.source_system = before.source_system and now.contract_no = before.contract_no
    left join ref_aum_component as component on coalesce(now.component, before.component) = component.component

),

-- What was moved between accounts and positions, as each side tells it.
sold as (

    select account.source_system, account.source_customer_no, sum(txn.signed_amount * rate.middle_rate) as sold_amount
    from rate
    inner join fct_transaction as txn on rate.currency = txn.currency
    inner join int_account as account on txn.source_system = account.source_system and txn.account_no = account.account_no
    where txn.txn_type = 'WM_SELL'
        and txn.effective_date >= cast(date_trunc('month', biz_date()) as date) and txn.effective_date <= biz_date()
    group by account.source_system, account.source_customer_no

),

account_part as (

    select
        source_system,
        source_customer_no,
        account_no,
        cast(weight * greatest(begin_base, 0) as decimal(18, 2)) as aum_begin,
        cast(weight * greatest(end_base, 0) as decimal(18, 2)) as aum_end,
        external_amount,
        -- An overdraft is borrowed.
        loan_amount + greatest(-end_base, 0) - greatest(-begin_base, 0) as loan_amount,
        interest_amount,
        fee_tax_amount,
        adjustment_amount,
        -- Everything else that a currency's rate does; nothing in the base currency.
        end_base - begin_base - posted_amount_base - break_amount as fx_amount,
        cast(0 as decimal(18, 2)) as revaluation_amount,
        cast((1 - weight) * (greatest(end_base, 0) - greatest(begin_base, 0)) as decimal(18, 2)) as uncounted_amount,
        cast(0 as decimal(18, 2)) as between_owners_amount
    from account

),

-- What joint owners have of an account goes with them, as every figure of it does. Purchases out of it, and cents of rounding, are between the owners.
joint_part as (

    select
        part.source_system,
        share.source_customer_no,
        cast(part.aum_begin * share.signed_share as decimal(18, 2)) as aum_begin,
        cast(part.aum_end * share.signed_share as decimal(18, 2)) as aum_end,
        cast(part.external_amount * share.signed_share as decimal(18, 2)) as external_amount,
        cast(part.loan_amount * share.signed_share as decimal(18, 2)) as loan_amount,
        cast(part.interest_amount * share.signed_share as decimal(18, 2)) as interest_amount,
        cast(part.fee_tax_amount * share.signed_share as decimal(18, 2)) as fee_tax_amount,
        cast(part.adjustment_amount * share.signed_share as decimal(18, 2)) as adjustment_amount,
        cast(part.fx_amount * share.signed_share as decimal(18, 2)) as fx_amount,
        part.revaluation_amount,
        cast(part.uncounted_amount * share.signed_share as decimal(18, 2)) as uncounted_amount
    from int_joint_share as share
    inner join account_part as part on share.source_system = part.source_system and share.account_no = part.account_no

),

part as (

    select * exclude (account_no) from account_part
    union all
    select
        *,
        aum_end - aum_begin
        - (external_amount + loan_amount + interest_amount + fx_amount - fee_tax_amount + adjustment_amount - uncounted_amount) as between_owners_amount
    from joint_part
    union all
    select
        source_system,
        source_customer_no,
        cast(weight * greatest(begin_base, 0) as decimal(18, 2)) as aum_begin,
        cast(weight * greatest(end_base, 0) as decimal(18, 2)) as aum_end,
        0 as external_amount,
        0 as loan_amount,
        0 as interest_amount,
        0 as fee_tax_amount,
        0 as adjustment_amount,
        0 as fx_amount,
        end_base - begin_base as revaluation_amount,
        cast((1 - weight) * (greatest(end_base, 0) - greatest(begin_base, 0)) as decimal(18, 2)) as uncounted_amount,
        0 as between_owners_amount
    from position
    union all
    select
        bought.source_system,
        bought.source_customer_no,
        0 as aum_begin,
        0 as aum_end,
        0 as external_amount,
        0 as loan_amount,
        0 as interest_amount,
        0 as fee_tax_amount,
        0 as adjustment_amount,
        0 as fx_amount,
        -cast(bought.cost_amount * rate.middle_rate as decimal(18, 2)) as revaluation_amount,
        0 as uncounted_amount,
        0 as between_owners_amount
    from rate
    inner join int_position_bought as bought on rate.currency = bought.currency
    union all
    select
        source_system,
        source_customer_no,
        0 as aum_begin,
        0 as aum_end,
        0 as external_amount,
        0 as loan_amount,
        0 as interest_amount,
        0 as fee_tax_amount,
        0 as adjustment_amount,
        0 as fx_amount,
        cast(sold_amount as decimal(18, 2)) as revaluation_amount,
        0 as uncounted_amount,
        0 as between_owners_amount
    from sold

),

customer as (

    select
        xref.customer_id,
        sum(part.aum_begin) as aum_begin,
        sum(part.aum_end) as aum_end,
        sum(part.external_amount) as net_inflow,
        sum(part.loan_amount) as loan_amount,
        sum(part.interest_amount) as interest_amount,
        sum(part.revaluation_amount) as revaluation_amount,
        sum(part.fx_amount) as fx_amount,
        sum(part.fee_tax_amount) as fee_tax_amount,
        sum(part.adjustment_amount) as adjustment_amount,
        sum(part.uncounted_amount) as uncounted_amount,
        sum(part.between_owners_amount) as between_owners_amount
    from part
    inner join dim_customer_xref as xref
        on part.source_system = xref.source_system and part.source_customer_no = xref.source_customer_no
    group by xref.customer_id

)

select
    customer_id,
    cast(date_trunc('month', biz_date()) as date) as month,
    cast(aum_begin as decimal(18, 2)) as aum_begin,
    cast(net_inflow as decimal(18, 2)) as net_inflow,
    cast(loan_amount as decimal(18, 2)) as loan_amount,
    cast(interest_amount as decimal(18, 2)) as interest_amount,
    cast(revaluation_amount as decimal(18, 2)) as revaluation_amount,
    cast(fx_amount as decimal(18, 2)) as fx_amount,
    cast(fee_tax_amount as decimal(18, 2)) as fee_tax_amount,
    cast(adjustment_amount as decimal(18, 2)) as adjustment_amount,
    cast(uncounted_amount as decimal(18, 2)) as uncounted_amount,
    cast(between_owners_amount as decimal(18, 2)) as between_owners_amount,
    cast(aum_end as decimal(18, 2)) as aum_end,
    cast(
        aum_end - aum_begin
        - (net_inflow + loan_amount + interest_amount + revaluation_amount + fx_amount - fee_tax_amount + adjustment_amount - uncounted_amount
            + between_owners_amount)
        as decimal(18, 2)
    ) as unexplained_amount
from customer
