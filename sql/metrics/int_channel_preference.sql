-- How a customer likes to be served (domain specification, section 4.7): the share of what is not done at the counter (电子替代率), the channel
-- used most, and what is done out of hours; over the last three months.
with

total as (

    select
        mix.customer_id,
        sum(mix.txn_count) as txn_count,
        sum(case when channel.is_echannel then mix.txn_count else 0 end) as echannel_txn_count,
        sum(mix.out_of_hours_count) as out_of_hours_count
    from ref_channel as channel
    right join agg_channel_mix as mix on channel.channel = mix.channel
    group by mix.customer_id

),

most as (

    select customer_id, channel, count_share
    from (
        select
            customer_id,
            channel,
            count_share,
            row_number() over (partition by customer_id order by txn_count desc, txn_amount desc, channel) as place
        from agg_channel_mix
        where txn_count >= parameter('preferred_channel_txn_min')
    ) as ranked
    where place = 1

)

select
    total.customer_id,
    cast(total.txn_count as bigint) as txn_count,
    cast(cast(total.echannel_txn_count as decimal(18, 8)) / cast(total.txn_count as decimal(18, 0)) as decimal(9, 6)) as echannel_share,
    most.channel as preferred_channel,
    most.count_share as preferred_channel_share,
    cast(cast(total.out_of_hours_count as decimal(18, 8)) / cast(total.txn_count as decimal(18, 0)) as decimal(9, 6)) as out_of_hours_share
from total
left join most on total.customer_id = most.customer_id
