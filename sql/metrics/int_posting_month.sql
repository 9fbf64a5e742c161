-- Sums of the postings that tonight's months are computed from, by account and month of the effective date: this month so far, and of closed months what this
-- delivery brought late. A table of its own, so that postings are read once.
with

reaching as (

    select *, cast(date_trunc('month', biz_date()) as date) as month
    from fct_transaction
    where effective_date >= cast(date_trunc('month', biz_date()) as date) and effective_date <= biz_date()
    union all
    select *, cast(date_trunc('month', effective_date) as date) as month
    from fct_transaction
    where effective_date < cast(date_trunc('month', biz_date()) as date) and biz_date = biz_date()

),

-- Every channel with what a posting through it costs.
channel as (

    select coalesce(ref.channel, cost.activity) as channel, ref.is_echannel, cost.unit_cost
    from ref_channel as ref
    full outer join int_unit_cost as cost on ref.channel = cost.activity

),

-- Postings in other currencies at the rate of their day.
converted as (

    select
        reaching.source_system,
        reaching.account_no,
        reaching.month,
        -- Days of its month before it.
        cast(cast(reaching.effective_date as int) - cast(reaching.month as int) as decimal(3, 0)) as days_before,
        reaching.posting_date,
        reaching.txn_at,
        reaching.txn_type,
        reaching.channel,
        reaching.signed_amount,
        coalesce(reaching.is_reversal, false) as is_reversal,
        case when reaching.is_reversal then -1 else 1 end as times,
        rate.rate_before,
        case
            when rate.currency is null then reaching.signed_amount
            else cast(reaching.signed_amount * rate.middle_rate as decimal(18, 2))
        end as base_amount
    -- The few rates stand first: it is they that are kept in memory.
    from (select * from int_rate_day where currency not in (select currency from ref_base_currency)) as rate
    right join reaching on rate.currency = reaching.currency and rate.rate_date = reaching.effective_date

),

summed as (

    select
        txn.source_system,
        txn.account_no,
        txn.month,
        sum(txn.signed_amount) as posted_amount,
        sum(txn.signed_amount * txn.days_before) as weighted_amount,
        -- What other currencies weigh more or less. Without a rate the amount is in the base currency.
        sum(txn.signed_amount * (txn.rate_before - txn.days_before)) filter (where txn.rate_before is not null) as weighted_rate_amount,
        -- What takes a posting back counts against it: of a pair nothing is left.
        sum(txn.base_amount) filter (where type.is_external and (txn.base_amount > 0) <> txn.is_reversal) as external_credit_amount,
        -sum(txn.base_amount) filter (where type.is_external and (txn.base_amount < 0) <> txn.is_reversal) as external_debit_amount,
        sum(txn.times) filter (where type.is_customer_initiated) as customer_txn_count,
        sum(txn.times) filter (where type.is_customer_initiated and channel.is_echannel) as echannel_txn_count,
        sum(txn.base_amount) filter (where txn.txn_type = 'SALARY') as salary_amount,
        -- Fees are booked against the customer; what the bank earns is the other sign, reversals included.
        -sum(txn.base_amount) filter (where txn.txn_type = 'FEE') as fee_amount,
        -- What the shop's bank pays for each purchase by debit card, up to a maximum.
        sum(
            case
                when txn.base_amount < 0
                    then cast(least(-txn.base_amount * price.debit_interchange_rate, price.debit_interchange_max) as decimal(18, 2))
                when txn.is_reversal
                    then -cast(least(txn.base_amount * price.debit_interchange_rate, price.debit_interchange_max) as decimal(18, 2))
            end
        ) filter (where txn.txn_type = 'POS_SPEND') as interchange_amount,
        sum(channel.unit_cost) as activity_cost_amount,
        sum(txn.base_amount)
            filter (where type.is_turnover and ((txn.base_amount > 0) <> txn.is_reversal or txn.txn_type = 'REVERSAL')) as turnover_amount,
        sum(txn.base_amount) as posted_amount_base,
        sum(txn.base_amount) filter (where type.flow = 'OWN') as own_amount,
        sum(txn.base_amount) filter (where type.flow = 'LOAN') as loan_amount,
        sum(txn.base_amount) filter (where type.flow = 'INTEREST') as interest_amount,
        sum(txn.base_amount) filter (where type.flow = 'TAX') as tax_amount,
        max(txn.posting_date) filter (where type.is_customer_initiated and not txn.is_reversal) as last_customer_txn_date,
        max(txn.txn_at) filter (where type.is_customer_initiated and not txn.is_reversal) as last_customer_txn_at
    from int_contribution_parameter as price
    cross join converted as txn
    left join ref_txn_type as type on txn.txn_type = type.txn_type
    left join channel on txn.channel = channel.channel
    group by txn.source_system, txn.account_no, txn.month

)

select
    month,
    source_system,
    account_no,
    cast(posted_amount as decimal(18, 2)) as posted_amount,
    cast(weighted_amount as decimal(38, 2)) as weighted_amount,
    cast(weighted_amount + coalesce(weighted_rate_amount, 0) as decimal(38, 2)) as weighted_amount_base,
    cast(coalesce(external_credit_amount, 0) as decimal(18, 2)) as external_credit_amount,
    cast(coalesce(external_debit_amount, 0) as decimal(18, 2)) as external_debit_amount,
    cast(coalesce(customer_txn_count, 0) as bigint) as customer_txn_count,
    cast(coalesce(echannel_txn_count, 0) as bigint) as echannel_txn_count,
    cast(coalesce(salary_amount, 0) as decimal(18, 2)) as salary_amount,
    cast(coalesce(fee_amount, 0) as decimal(18, 2)) as fee_amount,
    cast(coalesce(interchange_amount, 0) as decimal(18, 2)) as interchange_amount,
    cast(coalesce(activity_cost_amount, 0) as decimal(18, 2)) as activity_cost_amount,
    cast(coalesce(turnover_amount, 0) as decimal(18, 2)) as turnover_amount,
    cast(posted_amount_base as decimal(18, 2)) as posted_amount_base,
    cast(coalesce(own_amount, 0) as decimal(18, 2)) as own_amount,
    cast(coalesce(loan_amount, 0) as decimal(18, 2)) as loan_amount,
    cast(coalesce(interest_amount, 0) as decimal(18, 2)) as interest_amount,
    cast(coalesce(tax_amount, 0) as decimal(18, 2)) as tax_amount,
    last_customer_txn_date,
    last_customer_txn_at
from summed
