-- Interest of demand deposits is settled on the 20th of March, June, September and December and booked on the day after: the sum of end-of-day
-- balances from the 21st to the 20th x rate / 360. This computes the last such quarter again. Accounts without any balance in it are left out.
with

period as (

    select
        cast(period_to - interval '3 months' + interval '1 day' as date) as period_from,
        period_to,
        cast(period_to + interval '1 day' as date) as booked_on
    from (
        select
            case
                when biz_date() >= cast(date_trunc('quarter', biz_date()) + interval '2 months' + interval '19 days' as date)
                    then cast(date_trunc('quarter', biz_date()) + interval '2 months' + interval '19 days' as date)
                else cast(date_trunc('quarter', biz_date()) - interval '1 month' + interval '19 days' as date)
            end as period_to
    ) as ends

),

posting as (

    select
        txn.source_system,
        txn.account_no,
        sum(case when txn.effective_date > period.period_to then txn.signed_amount else 0 end) as amount_after,
        sum(
            case
                when txn.effective_date between period.period_from and period.period_to
                    then txn.signed_amount * cast(cast(txn.effective_date as int) - cast(period.period_from as int) as decimal(5, 0))
                else 0
            end
        ) as weighted_amount,
        sum(case when txn.effective_date = period.booked_on and txn.txn_type = 'INT_CREDIT' then txn.signed_amount else 0 end) as booked_interest
    from period
    cross join fct_transaction as txn
    where txn.effective_date >= period.period_from and txn.effective_date <= biz_date()
    group by txn.source_system, txn.account_no

),

summed as (

    select
        account.source_system,
        account.account_no,
        account.currency,
        period.period_from,
        period.period_to,
        account.rate,
        (account.balance - coalesce(posting.amount_after, 0)) * cast(cast(period.period_to as int) - cast(period.period_from as int) + 1 as decimal(5, 0))
        - coalesce(posting.weighted_amount, 0) as accumulator,
        coalesce(posting.booked_interest, 0) as booked_interest
    from period
    cross join int_account as account
    left join posting on account.source_system = posting.source_system and account.account_no = posting.account_no
    where account.account_kind = 'DEMAND'

),

computed as (

    select
        summed.*,
        cast(greatest(cast(summed.accumulator as decimal(24, 2)), 0) * coalesce(summed.rate, 0) / cast(price.year_days as decimal(3, 0)) as decimal(18, 2)) as interest
    from int_contribution_parameter as price
    cross join summed
    where summed.accumulator <> 0 or summed.booked_interest <> 0

)

select
    source_system,
    account_no,
    currency,
    period_from,
    period_to,
    cast(accumulator as decimal(38, 2)) as accumulator,
    rate,
    interest,
    cast(booked_interest as decimal(18, 2)) as booked_interest,
    cast(booked_interest - interest as decimal(18, 2)) as difference
from computed
