-- The order of transactions within a day is not delivered. A transaction fits when the balance it starts from
-- (stated balance less amount) is the stated balance after another transaction of the same or the previous active day
-- of its account, or zero on the account's first day.
with

txn as (

    select
        source_system, txn_id, account_no, posting_date, signed_amount, balance_after,
        balance_after - signed_amount as balance_before
    from fct_transaction

),

day as (

    select
        account_no,
        posting_date,
        lag(posting_date) over (partition by account_no order by posting_date) as previous_date
    from (select account_no, posting_date from txn group by account_no, posting_date) as active

),

candidate as (

    select txn.txn_id, earlier.balance_after as balance_known
    from txn
    inner join day on txn.account_no = day.account_no and txn.posting_date = day.posting_date
    inner join txn as earlier
        on txn.account_no = earlier.account_no
        and (earlier.posting_date = day.posting_date or earlier.posting_date = day.previous_date)
        and txn.txn_id <> earlier.txn_id

    union all

    select txn.txn_id, cast(0 as decimal(18, 2)) as balance_known
    from txn
    inner join day on txn.account_no = day.account_no and txn.posting_date = day.posting_date
    where day.previous_date is null

),

nearest as (

    select
        txn.txn_id,
        txn.balance_before - candidate.balance_known as break_amount,
        row_number() over (
            partition by txn.txn_id
            order by abs(txn.balance_before - candidate.balance_known), candidate.balance_known
        ) as rank
    from txn
    inner join candidate on txn.txn_id = candidate.txn_id

)

select
    txn.source_system,
    txn.txn_id,
    txn.account_no,
    txn.posting_date,
    txn.signed_amount,
    txn.balance_after,
    cast(nearest.break_amount as decimal(18, 2)) as break_amount
from txn
inner join nearest on txn.txn_id = nearest.txn_id and nearest.rank = 1
where nearest.break_amount <> 0
