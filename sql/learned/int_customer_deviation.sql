-- Robust z by median and median absolute deviation (Iglewicz and Hoaglin 1993): a customer beside the own months before, and beside the segment. Where
-- nothing varies there is no z.
with

month as (

    select customer_id, month, 'AUM' as measure, aum_avg as value from agg_customer_month
    union all
    select customer_id, month, 'INFLOW' as measure, cast(external_credit_amount - external_debit_amount as decimal(18, 2)) as value from agg_customer_month
    union all
    select customer_id, month, 'TXN_COUNT' as measure, cast(customer_txn_count as decimal(18, 2)) as value from agg_customer_month

),

now as (

    select month.customer_id, month.measure, month.value, segment.party_type, segment.segment
    from month
    left join mart_segment as segment on month.customer_id = segment.customer_id
    where month.month = cast(date_trunc('month', biz_date()) as date)

),

own as (

    select apart.customer_id, apart.measure, max(apart.middle) as middle, median(abs(apart.value - apart.middle)) as spread
    from (
        select month.customer_id, month.measure, month.value, own_middle.middle
        from month
        inner join (
            select customer_id, measure, median(value) as middle
            from month
            where month < cast(date_trunc('month', biz_date()) as date)
            group by customer_id, measure
            having count(*) >= 6
        ) as own_middle on month.customer_id = own_middle.customer_id and month.measure = own_middle.measure
        where month.month < cast(date_trunc('month', biz_date()) as date)
    ) as apart
    group by apart.customer_id, apart.measure

),

peer as (

    select apart.party_type, apart.segment, apart.measure, max(apart.middle) as middle, median(abs(apart.value - apart.middle)) as spread
    from (
        select now.party_type, now.segment, now.measure, now.value, peer_middle.middle
        from now
        inner join (
            select party_type, segment, measure, median(value) as middle
            from now
            where segment is not null
            group by party_type, segment, measure
        ) as peer_middle
            on now.party_type = peer_middle.party_type and now.segment = peer_middle.segment and now.measure = peer_middle.measure
    ) as apart
    group by apart.party_type, apart.segment, apart.measure

),

judged as (

    select
        now.customer_id,
        now.measure,
        now.value,
        own.middle as own_median,
        case when own.spread > 0 then cast(0.6745 * (now.value - own.middle) as decimal(28, 8)) / cast(own.spread as decimal(18, 2)) end as own_z,
        peer.middle as peer_median,
        case when peer.spread > 0 then cast(0.6745 * (now.value - peer.middle) as decimal(28, 8)) / cast(peer.spread as decimal(18, 2)) end as peer_z
    from now
    left join own on now.customer_id = own.customer_id and now.measure = own.measure
    left join peer on now.party_type = peer.party_type and now.segment = peer.segment and now.measure = peer.measure

)

select
    customer_id,
    measure,
    value,
    cast(own_median as decimal(18, 2)) as own_median,
    cast(case when own_z is not null then least(greatest(own_z, -99999999), 99999999) end as decimal(18, 4)) as own_z,
    cast(peer_median as decimal(18, 2)) as peer_median,
    cast(case when peer_z is not null then least(greatest(peer_z, -99999999), 99999999) end as decimal(18, 4)) as peer_z,
    coalesce(abs(own_z) > 3.5, false) or coalesce(abs(peer_z) > 3.5, false) as is_unusual
from judged
