-- What customers did themselves, by account, channel and month of delivery: what was known of the month, and this delivery. Of a posting and what takes it
-- back nothing is left. Out of hours: before 8 and from 18 o'clock, and on days that are not business days.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    account_no,
    channel,
    cast(sum(txn_count) as bigint) as txn_count,
    cast(sum(txn_amount) as decimal(18, 2)) as txn_amount,
    cast(sum(out_of_hours_count) as bigint) as out_of_hours_count
from (
    select
        txn.source_system,
        txn.account_no,
        txn.channel,
        case when txn.is_reversal then -1 else 1 end as txn_count,
        case when txn.is_reversal then -abs(txn.signed_amount) else abs(txn.signed_amount) end as txn_amount,
        case
            when txn.is_reversal or txn.txn_at is null then 0
            when not calendar.is_business_day or txn.hour < 8 or txn.hour >= 18 then 1
            else 0
        end as out_of_hours_count
    from dim_calendar as calendar
    right join (
        select
            posting.source_system,
            posting.account_no,
            posting.channel,
            posting.posting_date,
            posting.signed_amount,
            posting.txn_at,
            -- By the bank's clock: hours since 1970, of the day.
            (cast(posting.txn_at as bigint) / 3600000000 + parameter('utc_offset_hours')) % 24 as hour,
            coalesce(posting.is_reversal, false) as is_reversal
        from ref_txn_type as type
        inner join fct_transaction as posting on type.txn_type = posting.txn_type
        where type.is_customer_initiated and posting.biz_date = biz_date()
    ) as txn on calendar.date = txn.posting_date
    union all
    select source_system, account_no, channel, txn_count, txn_amount, out_of_hours_count
    from previous('agg_channel_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
-- Not by the month, which is one (docs/concepts/sql-patterns.md).
group by source_system, account_no, channel
