-- One row per account and month. The average is taken over days, never over postings:
-- end-of-day balance(d) = closing balance - postings after d, so the sum over the days so far is
--   closing balance x days - sum of (posting x days of the month before its posting date).
-- Exact, and independent of how long the history is.
with

posting as (

    select
        txn.source_system,
        txn.account_no,
        sum(txn.signed_amount) as posted_amount,
        sum(txn.signed_amount * cast(date_part('day', txn.posting_date) - 1 as decimal(3, 0))) as weighted_amount,
        sum(case when type.is_external and txn.signed_amount > 0 then txn.signed_amount else 0 end) as external_credit_amount,
        sum(case when type.is_external and txn.signed_amount < 0 then -txn.signed_amount else 0 end) as external_debit_amount,
        sum(case when type.is_customer_initiated then 1 else 0 end) as customer_txn_count,
        sum(case when type.is_customer_initiated and channel.is_echannel then 1 else 0 end) as echannel_txn_count,
        sum(case when txn.txn_type = 'SALARY' then txn.signed_amount else 0 end) as salary_amount,
        max(case when type.is_customer_initiated then txn.posting_date end) as last_customer_txn_date,
        max(case when type.is_customer_initiated then txn.txn_at end) as last_customer_txn_at
    from fct_transaction as txn
    left join ref_txn_type as type on txn.txn_type = type.txn_type
    left join ref_channel as channel on txn.channel = channel.channel
    where txn.posting_date >= cast(date_trunc('month', biz_date()) as date) and txn.posting_date <= biz_date()
    group by txn.source_system, txn.account_no

),

measured as (

    select
        account.source_system,
        account.account_no,
        account.source_customer_no,
        account.account_kind,
        account.branch_no,
        cast(date_part('day', biz_date()) as bigint) as day_count,
        account.balance,
        cast(
            account.balance * cast(date_part('day', biz_date()) as decimal(3, 0)) - coalesce(posting.weighted_amount, 0)
            as decimal(38, 2)
        ) as balance_accumulator,
        posting.*
    from int_account as account
    left join (
        select
            source_system as posting_system, account_no as posting_account_no, posted_amount, weighted_amount,
            external_credit_amount, external_debit_amount, customer_txn_count, echannel_txn_count, salary_amount,
            last_customer_txn_date, last_customer_txn_at
        from posting
    ) as posting
        on account.source_system = posting.posting_system and account.account_no = posting.posting_account_no

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    account_no,
    source_customer_no,
    account_kind,
    branch_no,
    biz_date() as as_of_date,
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
from measured
