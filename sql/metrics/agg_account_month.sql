-- One row per account and month. The average is taken over days, never over postings:
-- end-of-day balance(d) = closing balance - postings after d, so the sum over the days so far is
--   closing balance x days - sum of (posting x days of the month before its effective date).
-- Exact, and independent of how long the history is.
--
-- A night computes its own month. It computes an earlier one again only when a late posting reaches it, or when its last
-- days had no business date: from what it was, the late postings of this delivery, and the days that were missing.
with

posting as (

    select
        txn.source_system,
        txn.account_no,
        cast(date_trunc('month', txn.effective_date) as date) as month,
        sum(txn.signed_amount) as posted_amount,
        sum(txn.signed_amount * cast(date_part('day', txn.effective_date) - 1 as decimal(3, 0))) as weighted_amount,
        sum(case when type.is_external and txn.signed_amount > 0 then txn.signed_amount else 0 end) as external_credit_amount,
        sum(case when type.is_external and txn.signed_amount < 0 then -txn.signed_amount else 0 end) as external_debit_amount,
        sum(case when type.is_customer_initiated then 1 else 0 end) as customer_txn_count,
        sum(case when type.is_customer_initiated and channel.is_echannel then 1 else 0 end) as echannel_txn_count,
        sum(case when txn.txn_type = 'SALARY' then txn.signed_amount else 0 end) as salary_amount,
        max(case when type.is_customer_initiated then txn.posting_date end) as last_customer_txn_date,
        max(case when type.is_customer_initiated then txn.txn_at end) as last_customer_txn_at
    from (
        select * from fct_transaction
        where effective_date >= cast(date_trunc('month', biz_date()) as date) and effective_date <= biz_date()
        union all
        select * from fct_transaction
        where effective_date < cast(date_trunc('month', biz_date()) as date) and biz_date = biz_date()
    ) as txn
    left join ref_txn_type as type on txn.txn_type = type.txn_type
    left join ref_channel as channel on txn.channel = channel.channel
    group by txn.source_system, txn.account_no, cast(date_trunc('month', txn.effective_date) as date)

),

-- What months were before this night, as far back as a posting can reach.
before as (

    select *, cast(month + interval '1 month' - interval '1 day' as date) as month_end
    from previous('agg_account_month')
    where month < cast(date_trunc('month', biz_date()) as date)
        and month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)

),

last_activity as (

    select source_system, account_no, max(last_customer_txn_date) as last_customer_txn_date, max(last_customer_txn_at) as last_customer_txn_at
    from (
        select source_system, account_no, last_customer_txn_date, last_customer_txn_at from before
        union all
        select source_system, account_no, last_customer_txn_date, last_customer_txn_at from posting
    ) as known
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
        biz_date() as as_of_date,
        cast(date_part('day', biz_date()) as bigint) as day_count,
        cast(account.balance + coalesce(delivered_later.amount, 0) as decimal(18, 2)) as balance,
        cast(
            (account.balance + coalesce(delivered_later.amount, 0)) * cast(date_part('day', biz_date()) as decimal(3, 0)) - coalesce(posting.weighted_amount, 0)
            as decimal(38, 2)
        ) as balance_accumulator,
        posting.posted_amount,
        posting.external_credit_amount,
        posting.external_debit_amount,
        posting.customer_txn_count,
        posting.echannel_txn_count,
        posting.salary_amount,
        last_activity.last_customer_txn_date,
        last_activity.last_customer_txn_at
    from int_account as account
    left join (select * from posting where month = cast(date_trunc('month', biz_date()) as date)) as posting
        on account.source_system = posting.source_system and account.account_no = posting.account_no
    left join last_activity
        on account.source_system = last_activity.source_system and account.account_no = last_activity.account_no
    left join delivered_later
        on account.source_system = delivered_later.source_system and account.account_no = delivered_later.account_no

),

-- The first month to compute again; null in most nights.
restated_from as (

    select min(month) as month
    from (
        select month from before where as_of_date < month_end
        union all
        select month from posting where month < cast(date_trunc('month', biz_date()) as date)
    ) as touched

),

-- A late posting moves the balance of its own month from its date on, and of the months after it from their first day on.
late as (

    select
        posting.source_system,
        posting.account_no,
        known.month,
        known.month_end,
        sum(posting.posted_amount) as balance_change,
        sum(
            case when posting.month = known.month
                then posting.posted_amount * cast(date_part('day', known.month_end) as decimal(3, 0)) - posting.weighted_amount
                else posting.posted_amount * cast(date_part('day', known.month_end) as decimal(3, 0))
            end
        ) as accumulator_change,
        sum(case when posting.month = known.month then posting.posted_amount else 0 end) as posted_amount,
        sum(case when posting.month = known.month then posting.external_credit_amount else 0 end) as external_credit_amount,
        sum(case when posting.month = known.month then posting.external_debit_amount else 0 end) as external_debit_amount,
        sum(case when posting.month = known.month then posting.customer_txn_count else 0 end) as customer_txn_count,
        sum(case when posting.month = known.month then posting.echannel_txn_count else 0 end) as echannel_txn_count,
        sum(case when posting.month = known.month then posting.salary_amount else 0 end) as salary_amount,
        max(posting.last_customer_txn_date) as last_customer_txn_date,
        max(posting.last_customer_txn_at) as last_customer_txn_at
    from (select month, month_end from before group by month, month_end) as known
    -- Only postings of months that are over reach one: said, so that the join stays small.
    inner join (select * from posting where month < cast(date_trunc('month', biz_date()) as date)) as posting
        on posting.month <= known.month
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
        late.month_end as as_of_date,
        cast(date_part('day', late.month_end) as bigint) as day_count,
        cast(late.balance_change as decimal(18, 2)) as balance,
        cast(late.accumulator_change as decimal(38, 2)) as balance_accumulator,
        late.posted_amount,
        late.external_credit_amount,
        late.external_debit_amount,
        late.customer_txn_count,
        late.echannel_txn_count,
        late.salary_amount,
        late.last_customer_txn_date,
        late.last_customer_txn_at
    from late
    inner join restated_from on late.month >= restated_from.month
    inner join int_account as account
        on late.source_system = account.source_system
        and late.account_no = account.account_no
        and account.open_date >= restated_from.month
        and account.open_date <= late.month_end
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
        before.month_end as as_of_date,
        cast(date_part('day', before.month_end) as bigint) as day_count,
        cast(before.balance + coalesce(late.balance_change, 0) as decimal(18, 2)) as balance,
        cast(
            before.balance_accumulator
            + before.balance * cast(date_part('day', before.month_end) - before.day_count as decimal(3, 0))
            + coalesce(late.accumulator_change, 0)
            as decimal(38, 2)
        ) as balance_accumulator,
        before.posted_amount + coalesce(late.posted_amount, 0) as posted_amount,
        before.external_credit_amount + coalesce(late.external_credit_amount, 0) as external_credit_amount,
        before.external_debit_amount + coalesce(late.external_debit_amount, 0) as external_debit_amount,
        before.customer_txn_count + coalesce(late.customer_txn_count, 0) as customer_txn_count,
        before.echannel_txn_count + coalesce(late.echannel_txn_count, 0) as echannel_txn_count,
        before.salary_amount + coalesce(late.salary_amount, 0) as salary_amount,
        greatest(before.last_customer_txn_date, late.last_customer_txn_date) as last_customer_txn_date,
        greatest(before.last_customer_txn_at, late.last_customer_txn_at) as last_customer_txn_at
    from before
    inner join restated_from on before.month >= restated_from.month
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
    as_of_date,
    day_count,
    balance,
    balance_accumulator,
    cast(cast(balance_accumulator as decimal(38, 8)) / cast(day_count as decimal(3, 0)) as decimal(18, 2)) as balance_avg,
    cast(coalesce(posted_amount, 0) as decimal(18, 2)) as posted_amount,
    cast(coalesce(external_credit_amount, 0) as decimal(18, 2)) as external_credit_amount,
    cast(coalesce(external_debit_amount, 0) as decimal(18, 2)) as external_debit_amount,
    coalesce(customer_txn_count, 0) as customer_txn_count,
    coalesce(echannel_txn_count, 0) as echannel_txn_count,
    cast(coalesce(salary_amount, 0) as decimal(18, 2)) as salary_amount,
    last_customer_txn_date,
    last_customer_txn_at
from (
    select * from this_month
    union all
    select * from restated
    union all
    select * from opened_late
) as measured
