-- What customers did themselves, by account, channel and month of delivery. Of a posting and what takes it back nothing is left. A night computes
-- its own month from the postings delivered in it. Out of hours: before 8 and from 18 o'clock, and on days that are not business days.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    txn.source_system,
    txn.account_no,
    txn.channel,
    cast(sum(case when txn.is_reversal then -1 else 1 end) as bigint) as txn_count,
    cast(sum(case when txn.is_reversal then -abs(txn.signed_amount) else abs(txn.signed_amount) end) as decimal(18, 2)) as txn_amount,
    cast(
        sum(
            case
                when txn.is_reversal or txn.txn_at is null then 0
                when not calendar.is_business_day or txn.hour < 8 or txn.hour >= 18 then 1
                else 0
            end
        ) as bigint
    ) as out_of_hours_count
from dim_calendar as calendar
right join (
    select
        posting.source_system,
        posting.account_no,
        posting.channel,
        posting.posting_date,
        posting.signed_amount,
        posting.txn_at,
        -- By the bank's clock.
        date_part('hour', posting.txn_at + cast(cast(parameter('utc_offset_hours') as varchar) || ' hours' as interval)) as hour,
        coalesce(posting.is_reversal, false) as is_reversal
    from ref_txn_type as type
    inner join fct_transaction as posting on type.txn_type = posting.txn_type
    where type.is_customer_initiated
        and posting.biz_date >= cast(date_trunc('month', biz_date()) as date) and posting.biz_date <= biz_date()
) as txn on calendar.date = txn.posting_date
group by txn.source_system, txn.account_no, txn.channel
