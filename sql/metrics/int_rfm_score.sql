-- Recency, frequency and amount in five steps (domain specification, section 4.6): score = min(5, 1 + floor(5 x strictly worse / n)).
-- Ties share a score. Persons and organisations are scored apart, each among the active.
with

active as (

    select
        customer_id,
        party_type,
        days_since_last_txn,
        customer_txn_count_3m,
        external_debit_3m
    from int_customer_metrics
    where days_since_last_txn is not null and customer_txn_count_3m > 0

),

ranked as (

    select
        active.*,
        count(*) over (partition by party_type) as n,
        cast(rank() over (partition by party_type order by days_since_last_txn desc) as bigint) - 1 as worse_recency,
        cast(rank() over (partition by party_type order by customer_txn_count_3m) as bigint) - 1 as worse_frequency,
        cast(rank() over (partition by party_type order by external_debit_3m) as bigint) - 1 as worse_amount
    from active

)

select
    customer_id,
    party_type,
    days_since_last_txn,
    customer_txn_count_3m,
    external_debit_3m,
    cast(least(5, 1 + 5 * worse_recency / n) as bigint) as recency_score,
    cast(least(5, 1 + 5 * worse_frequency / n) as bigint) as frequency_score,
    cast(least(5, 1 + 5 * worse_amount / n) as bigint) as amount_score,
    cast(least(5, 1 + 5 * worse_recency / n) as varchar)
    || cast(least(5, 1 + 5 * worse_frequency / n) as varchar)
    || cast(least(5, 1 + 5 * worse_amount / n) as varchar) as rfm
from ranked
