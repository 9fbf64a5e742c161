-- Purchases by credit card, month by month: what was known of the month, and this delivery. A posting that comes after its month is
-- over counts in the month of its delivery.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    card_no,
    biz_date() as as_of_date,
    cast(sum(spend_count) as bigint) as spend_count,
    cast(sum(spend_amount) as decimal(18, 2)) as spend_amount,
    cast(sum(interchange_amount) as decimal(18, 2)) as interchange_amount
from (
    select
        txn.source_system,
        txn.card_no,
        case when txn.txn_type = 'SPEND' then 1 else 0 end as spend_count,
        case when txn.txn_type = 'SPEND' then cast(txn.amount * rate.middle_rate as decimal(18, 2)) else 0 end as spend_amount,
        case
            when txn.txn_type = 'SPEND' then cast(txn.amount * rate.middle_rate * price.credit_interchange_rate as decimal(18, 2))
            else 0
        end as interchange_amount
    from int_contribution_parameter as price
    cross join int_rate_day as rate
    inner join int_card_transaction as txn on rate.currency = txn.currency and rate.rate_date = biz_date()
    union all
    select source_system, card_no, spend_count, spend_amount, interchange_amount
    from previous('agg_card_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
-- Not by the month, which is one (docs/concepts/sql-patterns.md).
group by source_system, card_no
