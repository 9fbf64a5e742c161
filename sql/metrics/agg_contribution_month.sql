-- What each account, loan, card and position earned in the month (domain specification, section 4.10). Every amount is rounded to
-- the cent on the contract, so that sums over customers, branches and products add up. Computed for this month, for months that
-- late postings changed, and for those whose last days were missing.
with

wanted as (

    select month
    from (
        select cast(date_trunc('month', biz_date()) as date) as month
        union all
        select month from stat_restatement where biz_date = biz_date()
        union all
        select month
        from previous('agg_contribution_month')
        where as_of_date < cast(month + interval '1 month' - interval '1 day' as date)
            and month < cast(date_trunc('month', biz_date()) as date)
            and month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    ) as months
    group by month

),

price as (

    select parameter.*, coalesce(upkeep.unit_cost, 0) as upkeep_cost
    from int_contribution_parameter as parameter
    left join int_unit_cost as upkeep on upkeep.activity = 'ACCOUNT_MONTH'

),

-- Each month with the price of demand deposits: a core that stays, priced at a year, the rest overnight.
priced_month as (

    select
        wanted.month,
        max(case when ftp.tenor = 'Y1' then ftp.rate end) * max(price.demand_core_share)
        + max(case when ftp.tenor = 'ON' then ftp.rate end) * (1 - max(price.demand_core_share)) as demand_rate
    from price
    cross join wanted
    left join int_ftp_rate as ftp
        on least(cast(wanted.month + interval '1 month' - interval '1 day' as date), biz_date()) >= ftp.valid_from
        and least(cast(wanted.month + interval '1 month' - interval '1 day' as date), biz_date()) < ftp.valid_to
    group by wanted.month

),

-- What is small stands first in each join: it is that side which is kept in memory.
account_price as (

    select account.source_system, account.account_no, account.rate, account.close_date, locked.rate as locked_rate
    from int_ftp_rate as locked
    right join int_account as account
        on locked.tenor = account.term_code and account.value_date >= locked.valid_from and account.value_date < locked.valid_to

),

deposit as (

    select
        month.month,
        'DEPOSIT' as contract_kind,
        month.source_system,
        month.account_no as contract_no,
        month.source_customer_no,
        month.account_kind as component,
        month.branch_no,
        month.as_of_date,
        month.day_count,
        month.balance_accumulator_base as accumulator,
        -- A time deposit keeps the price of its first day; an overdraft earns nothing here.
        cast(
            greatest(month.balance_accumulator_base, 0) * (coalesce(account.locked_rate, priced_month.demand_rate, account.rate, 0) - coalesce(account.rate, 0)) / price.year_days
            as decimal(18, 2)
        ) as spread_income,
        month.fee_amount as fee_income,
        month.interchange_amount as interchange_income,
        cast(
            month.activity_cost_amount
            + case when account.close_date is null or account.close_date >= month.month then price.upkeep_cost else 0 end
            as decimal(18, 2)
        ) as activity_cost,
        cast(0 as decimal(18, 2)) as expected_loss,
        cast(0 as decimal(18, 2)) as economic_capital,
        cast(0 as decimal(18, 2)) as capital_charge
    from price
    cross join priced_month
    -- A bound that files are passed over by: no wanted month lies before it.
    inner join agg_account_month as month
        on priced_month.month = month.month
        and month.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    left join account_price as account
        on month.source_system = account.source_system and month.account_no = account.account_no

),

-- A loan is priced at the tenor of its term on the day it was paid out; a floating one anew each year.
loan_term as (

    select
        source_system,
        loan_no,
        rate,
        five_class,
        first_unpaid_due_date,
        case when rate_type = 'LPR_FLOAT' then greatest(start_date, cast(date_trunc('year', biz_date()) as date)) else start_date end as locked_date,
        case
            when term_months <= 3 then 'M3'
            when term_months <= 6 then 'M6'
            when term_months <= 12 then 'Y1'
            when term_months <= 24 then 'Y2'
            when term_months <= 36 then 'Y3'
            else 'Y5'
        end as tenor
    from int_loan

),

loan_price as (

    select term.*, locked.rate as locked_rate
    from int_ftp_rate as locked
    right join loan_term as term
        on locked.tenor = term.tenor and term.locked_date >= locked.valid_from and term.locked_date < locked.valid_to

),

loan as (

    select
        month.month,
        month.contract_kind,
        month.source_system,
        month.contract_no,
        month.source_customer_no,
        month.component,
        month.branch_no,
        month.as_of_date,
        month.day_count,
        month.balance_accumulator_base as accumulator,
        -- A loan that is not paid earns nothing and still has to be funded.
        cast(
            case
                when month.contract_kind <> 'LOAN' then 0
                else month.balance_accumulator_base * (
                    case
                        when cast(biz_date() as int) - cast(term.first_unpaid_due_date as int) > price.non_accrual_days then 0
                        else coalesce(term.rate, 0)
                    end - coalesce(term.locked_rate, term.rate, 0)
                ) / price.year_days
            end as decimal(18, 2)
        ) as spread_income,
        cast(0 as decimal(18, 2)) as fee_income,
        cast(coalesce(spend.interchange_amount, 0) as decimal(18, 2)) as interchange_income,
        cast(0 as decimal(18, 2)) as activity_cost,
        cast(month.balance_accumulator_base * coalesce(risk.pd * risk.lgd, 0) / price.year_days as decimal(18, 2)) as expected_loss,
        cast(
            month.balance_accumulator_base * coalesce(risk.risk_weight, 1) * price.capital_ratio / cast(month.day_count as decimal(3, 0)) as decimal(18, 2)
        ) as economic_capital,
        cast(
            month.balance_accumulator_base * cast(coalesce(risk.risk_weight, 1) * price.capital_ratio * price.hurdle_rate as decimal(18, 12)) / price.year_days
            as decimal(18, 2)
        ) as capital_charge
    from price
    cross join wanted
    inner join agg_contract_month as month
        on wanted.month = month.month
        and month.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    left join loan_price as term on month.contract_kind = 'LOAN' and month.source_system = term.source_system and month.contract_no = term.loan_no
    left join ref_loan_risk as risk on month.component = risk.component
    left join (select * from agg_card_month where month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)) as spend
        on month.contract_kind = 'CARD' and month.month = spend.month and month.source_system = spend.source_system and month.contract_no = spend.card_no
    where month.contract_kind in ('LOAN', 'CARD')

),

position as (

    select
        month.month,
        month.contract_kind,
        month.source_system,
        month.contract_no,
        month.source_customer_no,
        month.component,
        month.branch_no,
        month.as_of_date,
        month.day_count,
        month.balance_accumulator_base as accumulator,
        cast(0 as decimal(18, 2)) as spread_income,
        cast(month.balance_accumulator_base * coalesce(component.fee_rate, 0) / 365 as decimal(18, 2)) as fee_income,
        cast(0 as decimal(18, 2)) as interchange_income,
        cast(0 as decimal(18, 2)) as activity_cost,
        cast(0 as decimal(18, 2)) as expected_loss,
        cast(0 as decimal(18, 2)) as economic_capital,
        cast(0 as decimal(18, 2)) as capital_charge
    from wanted
    inner join agg_contract_month as month
        on wanted.month = month.month
        and month.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    left join ref_aum_component as component on month.component = component.component
    where month.contract_kind = 'POSITION'

),

before_tax as (

    select
        contract.*,
        xref.customer_id,
        cast(spread_income + fee_income + interchange_income - activity_cost - expected_loss as decimal(18, 2)) as pre_tax_contribution,
        price.tax_rate
    from price
    cross join (
        select * from deposit
        union all
        select * from loan
        union all
        select * from position
    ) as contract
    inner join dim_customer_xref as xref
        on contract.source_system = xref.source_system and contract.source_customer_no = xref.source_customer_no

),

-- The tax is the customer's, to the cent: each contract has the difference that it makes to the rounded tax of those before it, so
-- that it adds up.
running as (

    select
        before_tax.*,
        sum(pre_tax_contribution) over (
            partition by month, customer_id
            order by contract_kind, source_system, contract_no
            rows between unbounded preceding and current row
        ) as running_contribution
    from before_tax

),

taxed as (

    select
        running.*,
        cast(
            cast(running_contribution * tax_rate as decimal(18, 2)) - cast((running_contribution - pre_tax_contribution) * tax_rate as decimal(18, 2))
            as decimal(18, 2)
        ) as tax
    from running

)

select
    month,
    source_system,
    contract_kind,
    contract_no,
    source_customer_no,
    component,
    branch_no,
    as_of_date,
    cast(accumulator as decimal(38, 2)) as balance_accumulator_base,
    spread_income,
    fee_income,
    interchange_income,
    activity_cost,
    expected_loss,
    pre_tax_contribution,
    tax,
    cast(pre_tax_contribution - tax as decimal(18, 2)) as contribution,
    economic_capital,
    capital_charge,
    cast(pre_tax_contribution - tax - capital_charge as decimal(18, 2)) as eva
from taxed
