-- Money that comes and goes: a receipt and a payment of the same amount with the same account on the other side, within round_trip_days of each other. No
-- turnover of a business (domain specification, section 5.5). Each delivery is held against itself and the week before.
with

leg as (

    select source_system, biz_date, txn_id, account_no, posting_date, signed_amount, counterparty_account_no
    from int_counterparty_transaction
    where biz_date > biz_date() - interval '7 days' and biz_date <= biz_date()

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    txn_id,
    max(account_no) as account_no,
    max(amount) as amount
from (
    select
        receipt.source_system,
        receipt.txn_id,
        receipt.account_no,
        receipt.signed_amount as amount
    from (select * from leg where signed_amount > 0) as receipt
    inner join (select * from leg where signed_amount < 0) as payment
        on receipt.source_system = payment.source_system
        and receipt.account_no = payment.account_no
        and receipt.counterparty_account_no = payment.counterparty_account_no
        and receipt.signed_amount = -payment.signed_amount
        and abs(cast(receipt.posting_date as int) - cast(payment.posting_date as int)) <= parameter('round_trip_days')
    where receipt.biz_date = biz_date() or payment.biz_date = biz_date()
    union all
    select source_system, txn_id, account_no, amount
    from previous('agg_round_trip_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
-- Not by the month, which is one (docs/concepts/sql-patterns.md).
group by source_system, txn_id
