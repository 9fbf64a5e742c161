-- One row per account and month. The average is taken over days, never over postings:
-- end-of-day balance(d) = closing balance - postings after d, so the sum over the days so far is
--   closing balance x days - sum of (posting x days of the month before its effective date).
-- Exact, and independent of how long the history is. In the base currency the days weigh what a unit cost on them: the sum of end-of-day
-- balances at the middle rate of each day (domain specification, section 4), and flows at the rate of their day.
--
-- A night computes its own month. It computes an earlier one again only when a late posting reaches it, or when its last
-- days had no business date: from what it was, the late postings of this delivery, and the days that were missing.
with

-- What a balance weighs in the base currency: the rates of the days so far, and the last one.
weight as (

    select
        currency,
        month,
        rate_date,
        cast(month + interval '1 month' - interval '1 day' as date) as month_end,
        middle_rate,
        rate_before + middle_rate as rate_sum
    from int_rate_day

),

-- What months were before this night, as far back as a posting can reach.
before as (

    select *, cast(month + interval '1 month' - interval '1 day' as date) as month_end
    from previous('agg_account_month')
    where month < cast(date_trunc('month', biz_date()) as date)
        and month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)

),

-- Of the last month before, which has it from the months before it; this month's own is beside its balance.
last_activity as (

    select source_system, account_no, last_customer_txn_date, last_customer_txn_at
    from before
    where month = (select max(month) from before)

),

late_activity as (

    select source_system, account_no, max(last_customer_txn_date) as last_customer_txn_date, max(last_customer_txn_at) as last_customer_txn_at
    from int_posting_month
    where month < cast(date_trunc('month', biz_date()) as date)
    group by source_system, account_no

),

-- Postings up to this date that came after it: none in a night, those that are known today when a date is looked back at.
delivered_later as (

    select source_system, account_no, sum(signed_amount) as amount
    from fct_transaction
    where biz_date > biz_date() and effective_date <= biz_date()
    group by source_system, account_no

),

this_month as (

    select
        cast(date_trunc('month', biz_date()) as date) as month,
        account.source_system,
        account.account_no,
        account.source_customer_no,
        account.account_kind,
        account.branch_no,
        account.currency,
        biz_date() as as_of_date,
        cast(date_part('day', biz_date()) as bigint) as day_count,
        case cast(parameter('average_divisor') as bigint)
            when 1 then least(date_part('day', biz_date()), cast(biz_date() as int) - cast(account.open_date as int) + 1)
            when 2 then case when biz_date() = weight.month_end then 30 else least(date_part('day', biz_date()), 30) end
            else date_part('day', biz_date())
        end as divisor_days,
        cast(account.balance + coalesce(delivered_later.amount, 0) as decimal(18, 2)) as balance,
        cast(
            (account.balance + coalesce(delivered_later.amount, 0)) * cast(date_part('day', biz_date()) as decimal(3, 0)) - coalesce(posting.weighted_amount, 0)
            as decimal(38, 2)
        ) as balance_accumulator,
        cast((account.balance + coalesce(delivered_later.amount, 0)) * weight.middle_rate as decimal(18, 2)) as balance_base,
        cast(
            cast((account.balance + coalesce(delivered_later.amount, 0)) * weight.rate_sum as decimal(38, 8)) - coalesce(posting.weighted_amount_base, 0)
            as decimal(38, 2)
        ) as balance_accumulator_base,
        posting.posted_amount,
        posting.external_credit_amount,
        posting.external_debit_amount,
        posting.customer_txn_count,
        posting.echannel_txn_count,
        posting.salary_amount,
        posting.fee_amount,
        posting.interchange_amount,
        posting.activity_cost_amount,
        posting.turnover_amount,
        posting.posted_amount_base,
        posting.own_amount,
        posting.loan_amount,
        posting.interest_amount,
        posting.tax_amount,
        greatest(posting.last_customer_txn_date, last_activity.last_customer_txn_date, late_activity.last_customer_txn_date) as last_customer_txn_date,
        greatest(posting.last_customer_txn_at, last_activity.last_customer_txn_at, late_activity.last_customer_txn_at) as last_customer_txn_at
    from int_account as account
    left join (select * from int_posting_month where month = cast(date_trunc('month', biz_date()) as date)) as posting
        on account.source_system = posting.source_system and account.account_no = posting.account_no
    left join last_activity
        on account.source_system = last_activity.source_system and account.account_no = last_activity.account_no
    left join late_activity
        on account.source_system = late_activity.source_system and account.account_no = late_activity.account_no
    left join delivered_later
        on account.source_system = delivered_later.source_system and account.account_no = delivered_later.account_no
    inner join weight on account.currency = weight.currency and weight.rate_date = biz_date()

),

-- Closed months to compute again; none in most nights.
reopened as (

    select month
    from int_reopened_month
    where month < cast(date_trunc('month', biz_date()) as date)

),

-- A late posting moves the balance of its own month from its date on, and of the months after it from their first day on.
late as (

    select
        posting.source_system,
        posting.account_no,
        known.month,
        known.month_end,
        max(account.currency) as currency,
        sum(posting.posted_amount) as balance_change,
        sum(
            case when posting.month = known.month
                then posting.posted_amount * cast(date_part('day', known.month_end) as decimal(3, 0)) - posting.weighted_amount
                else posting.posted_amount * cast(date_part('day', known.month_end) as decimal(3, 0))
            end
        ) as accumulator_change,
        sum(
            cast(posting.posted_amount * weight.rate_sum as decimal(38, 8))
            - case when posting.month = known.month then posting.weighted_amount_base else 0 end
        ) as accumulator_change_base,
        sum(case when posting.month = known.month then posting.posted_amount else 0 end) as posted_amount,
        sum(case when posting.month = known.month then posting.external_credit_amount else 0 end) as external_credit_amount,
        sum(case when posting.month = known.month then posting.external_debit_amount else 0 end) as external_debit_amount,
        sum(case when posting.month = known.month then posting.customer_txn_count else 0 end) as customer_txn_count,
        sum(case when posting.month = known.month then posting.echannel_txn_count else 0 end) as echannel_txn_count,
        sum(case when posting.month = known.month then posting.salary_amount else 0 end) as salary_amount,
        sum(case when posting.month = known.month then posting.fee_amount else 0 end) as fee_amount,
        sum(case when posting.month = known.month then posting.interchange_amount else 0 end) as interchange_amount,
        sum(case when posting.month = known.month then posting.activity_cost_amount else 0 end) as activity_cost_amount,
        sum(case when posting.month = known.month then posting.turnover_amount else 0 end) as turnover_amount,
        sum(case when posting.month = known.month then posting.posted_amount_base else 0 end) as posted_amount_base,
        sum(case when posting.month = known.month then posting.own_amount else 0 end) as own_amount,
        sum(case when posting.month = known.month then posting.loan_amount else 0 end) as loan_amount,
        sum(case when posting.month = known.month then posting.interest_amount else 0 end) as interest_amount,
        sum(case when posting.month = known.month then posting.tax_amount else 0 end) as tax_amount,
        max(posting.last_customer_txn_date) as last_customer_txn_date,
        max(posting.last_customer_txn_at) as last_customer_txn_at
    from (select month, month_end from before group by month, month_end) as known
    -- Only postings of months that are over reach one: said, so that the join stays small.
    inner join (select * from int_posting_month where month < cast(date_trunc('month', biz_date()) as date)) as posting
        on posting.month <= known.month
    inner join int_account as account
        on posting.source_system = account.source_system and posting.account_no = account.account_no
    inner join weight on account.currency = weight.currency and known.month_end = weight.rate_date
    group by posting.source_system, posting.account_no, known.month, known.month_end

),

-- Accounts that were opened after the last night of the month that their first postings belong to: from zero.
opened_late as (

    select
        late.month,
        late.source_system,
        late.account_no,
        account.source_customer_no,
        account.account_kind,
        account.branch_no,
        account.currency,
        late.month_end as as_of_date,
        cast(date_part('day', late.month_end) as bigint) as day_count,
        case cast(parameter('average_divisor') as bigint)
            when 1 then least(date_part('day', late.month_end), cast(late.month_end as int) - cast(account.open_date as int) + 1)
            when 2 then 30
            else date_part('day', late.month_end)
        end as divisor_days,
        cast(late.balance_change as decimal(18, 2)) as balance,
        cast(late.accumulator_change as decimal(38, 2)) as balance_accumulator,
        cast(late.balance_change * weight.middle_rate as decimal(18, 2)) as balance_base,
        cast(late.accumulator_change_base as decimal(38, 2)) as balance_accumulator_base,
        late.posted_amount,
        late.external_credit_amount,
        late.external_debit_amount,
        late.customer_txn_count,
        late.echannel_txn_count,
        late.salary_amount,
        late.fee_amount,
        late.interchange_amount,
        late.activity_cost_amount,
        late.turnover_amount,
        late.posted_amount_base,
        late.own_amount,
        late.loan_amount,
        late.interest_amount,
        late.tax_amount,
        late.last_customer_txn_date,
        late.last_customer_txn_at
    from late
    cross join (
        select min(month) as month
        from (
            select month from reopened
            union all
            select month from int_posting_month where month < cast(date_trunc('month', biz_date()) as date)
        ) as touched
    ) as restated_from
    inner join int_account as account
        on late.source_system = account.source_system
        and late.account_no = account.account_no
        and account.open_date >= restated_from.month
        and account.open_date <= late.month_end
    inner join weight on account.currency = weight.currency and late.month_end = weight.rate_date
    left join before
        on late.source_system = before.source_system
        and late.account_no = before.account_no
        and late.month = before.month
    where before.account_no is null

),

restated as (

    select
        before.month,
        before.source_system,
        before.account_no,
        before.source_customer_no,
        before.account_kind,
        before.branch_no,
        before.currency,
        before.month_end as as_of_date,
        cast(date_part('day', before.month_end) as bigint) as day_count,
        case cast(parameter('average_divisor') as bigint)
            when 1 then before.divisor_days + date_part('day', before.month_end) - before.day_count
            when 2 then 30
            else date_part('day', before.month_end)
        end as divisor_days,
        cast(before.balance + coalesce(late.balance_change, 0) as decimal(18, 2)) as balance,
        cast(
            before.balance_accumulator
            + before.balance * cast(date_part('day', before.month_end) - before.day_count as decimal(3, 0))
            + coalesce(late.accumulator_change, 0)
            as decimal(38, 2)
        ) as balance_accumulator,
        cast((before.balance + coalesce(late.balance_change, 0)) * weight.middle_rate as decimal(18, 2)) as balance_base,
        cast(
            before.balance_accumulator_base
            + cast(before.balance * (weight.rate_sum - known_so_far.rate_sum) as decimal(38, 8))
            + coalesce(late.accumulator_change_base, 0)
            as decimal(38, 2)
        ) as balance_accumulator_base,
        before.posted_amount + coalesce(late.posted_amount, 0) as posted_amount,
        before.external_credit_amount + coalesce(late.external_credit_amount, 0) as external_credit_amount,
        before.external_debit_amount + coalesce(late.external_debit_amount, 0) as external_debit_amount,
        before.customer_txn_count + coalesce(late.customer_txn_count, 0) as customer_txn_count,
        before.echannel_txn_count + coalesce(late.echannel_txn_count, 0) as echannel_txn_count,
        before.salary_amount + coalesce(late.salary_amount, 0) as salary_amount,
        before.fee_amount + coalesce(late.fee_amount, 0) as fee_amount,
        before.interchange_amount + coalesce(late.interchange_amount, 0) as interchange_amount,
        before.activity_cost_amount + coalesce(late.activity_cost_amount, 0) as activity_cost_amount,
        before.turnover_amount + coalesce(late.turnover_amount, 0) as turnover_amount,
        before.posted_amount_base + coalesce(late.posted_amount_base, 0) as posted_amount_base,
        before.own_amount + coalesce(late.own_amount, 0) as own_amount,
        before.loan_amount + coalesce(late.loan_amount, 0) as loan_amount,
        before.interest_amount + coalesce(late.interest_amount, 0) as interest_amount,
        before.tax_amount + coalesce(late.tax_amount, 0) as tax_amount,
        greatest(before.last_customer_txn_date, late.last_customer_txn_date) as last_customer_txn_date,
        greatest(before.last_customer_txn_at, late.last_customer_txn_at) as last_customer_txn_at
    from reopened
    inner join before on reopened.month = before.month
    inner join weight on before.currency = weight.currency and before.month_end = weight.rate_date
    inner join weight as known_so_far on before.currency = known_so_far.currency and before.as_of_date = known_so_far.rate_date
    left join late
        on before.source_system = late.source_system
        and before.account_no = late.account_no
        and before.month = late.month

)

select
    month,
    source_system,
    account_no,
    source_customer_no,
    account_kind,
    branch_no,
    currency,
    as_of_date,
    day_count,
    cast(divisor_days as bigint) as divisor_days,
    balance,
    balance_accumulator,
    cast(cast(balance_accumulator as decimal(38, 8)) / cast(divisor_days as decimal(3, 0)) as decimal(18, 2)) as balance_avg,
    balance_base,
    balance_accumulator_base,
    cast(cast(balance_accumulator_base as decimal(38, 8)) / cast(divisor_days as decimal(3, 0)) as decimal(18, 2)) as balance_avg_base,
    cast(coalesce(posted_amount, 0) as decimal(18, 2)) as posted_amount,
    cast(coalesce(external_credit_amount, 0) as decimal(18, 2)) as external_credit_amount,
    cast(coalesce(external_debit_amount, 0) as decimal(18, 2)) as external_debit_amount,
    coalesce(customer_txn_count, 0) as customer_txn_count,
    coalesce(echannel_txn_count, 0) as echannel_txn_count,
    cast(coalesce(salary_amount, 0) as decimal(18, 2)) as salary_amount,
    cast(coalesce(fee_amount, 0) as decimal(18, 2)) as fee_amount,
    cast(coalesce(interchange_amount, 0) as decimal(18, 2)) as interchange_amount,
    cast(coalesce(activity_cost_amount, 0) as decimal(18, 2)) as activity_cost_amount,
    cast(coalesce(turnover_amount, 0) as decimal(18, 2)) as turnover_amount,
    cast(coalesce(posted_amount_base, 0) as decimal(18, 2)) as posted_amount_base,
    cast(coalesce(own_amount, 0) as decimal(18, 2)) as own_amount,
    cast(coalesce(loan_amount, 0) as decimal(18, 2)) as loan_amount,
    cast(coalesce(interest_amount, 0) as decimal(18, 2)) as interest_amount,
    cast(coalesce(tax_amount, 0) as decimal(18, 2)) as tax_amount,
    last_customer_txn_date,
    last_customer_txn_at
from (
    select * from this_month
    union all
    select * from restated
    union all
    select * from opened_late
) as measured
