-- The balance at the end of a day is the one that no other transaction of that day starts from. Where the source's
-- rounding leaves several, the one nearest to the sum of all postings.
with

last_day as (

    select account_no, max(posting_date) as posting_date, sum(signed_amount) as posted_amount
    from fct_transaction
    group by account_no

),

of_last_day as (

    select
        txn.account_no,
        txn.txn_id,
        txn.balance_after,
        txn.balance_after - txn.signed_amount as balance_before,
        last_day.posted_amount
    from fct_transaction as txn
    inner join last_day on txn.account_no = last_day.account_no and txn.posting_date = last_day.posting_date

),

ranked as (

    select
        of_last_day.account_no,
        of_last_day.balance_after,
        row_number() over (
            partition by of_last_day.account_no
            order by
                started.account_no is not null,
                abs(of_last_day.balance_after - of_last_day.posted_amount),
                cast(of_last_day.txn_id as bigint)
        ) as candidate
    from of_last_day
    left join (select account_no, balance_before from of_last_day group by account_no, balance_before) as started
        on of_last_day.account_no = started.account_no and of_last_day.balance_after = started.balance_before

)

select
    'berka' as source_system,
    cast(account.account_id as varchar) as account_no,
    cast(owner.client_id as varchar) as source_customer_no,
    'DEMAND' as account_kind,
    'CZK' as currency,
    account.open_date,
    account.open_date as value_date,
    cast(null as date) as mature_date,
    cast(null as varchar) as term_code,
    cast(null as decimal(12, 8)) as rate,
    cast(null as date) as close_date,
    'NORMAL' as status,
    cast(coalesce(ranked.balance_after, 0) as decimal(18, 2)) as balance,
    cast(0 as decimal(18, 2)) as frozen_amount,
    cast(account.district_id as varchar) as branch_no
from raw_berka__account as account
inner join raw_berka__disp as owner on account.account_id = owner.account_id and owner.disp_type = 'OWNER'
left join ranked on cast(account.account_id as varchar) = ranked.account_no and ranked.candidate = 1
where account.open_date <= biz_date()
