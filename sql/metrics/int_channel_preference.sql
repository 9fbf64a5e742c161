-- How a customer likes to be served (domain specification, section 4.7): the share of what is not done at the counter (电子替代率), the channel
-- used most, and what is done out of hours; over the last three months. One pass: agg_channel_mix has the channels side by side.
with

used as (

    select
        owner.customer_id,
        month.channel,
        sum(month.txn_count) as txn_count,
        sum(month.txn_amount) as txn_amount,
        sum(month.out_of_hours_count) as out_of_hours_count
    from (
        select account.source_system, account.account_no, xref.customer_id
        from int_account as account
        inner join dim_customer_xref as xref
            on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    ) as owner
    inner join agg_channel_month as month on owner.source_system = month.source_system and owner.account_no = month.account_no
    where month.month > cast(date_trunc('month', biz_date()) as date) - interval '3 months'
    group by owner.customer_id, month.channel

),

customer as (

    select
        used.customer_id,
        sum(used.txn_count) as txn_count,
        sum(case when channel.is_echannel then used.txn_count else 0 end) as echannel_txn_count,
        sum(used.out_of_hours_count) as out_of_hours_count,
        first_value(used.channel order by used.txn_count desc, used.txn_amount desc, used.channel) as channel,
        max(used.txn_count) as channel_txn_count
    from ref_channel as channel
    right join used on channel.channel = used.channel
    where used.txn_count > 0
    group by used.customer_id

)

select
    customer_id,
    cast(txn_count as bigint) as txn_count,
    cast(cast(echannel_txn_count as decimal(18, 8)) / cast(txn_count as decimal(18, 0)) as decimal(9, 6)) as echannel_share,
    case when channel_txn_count >= parameter('preferred_channel_txn_min') then channel end as preferred_channel,
    case
        when channel_txn_count >= parameter('preferred_channel_txn_min')
            then cast(cast(channel_txn_count as decimal(18, 8)) / cast(txn_count as decimal(18, 0)) as decimal(9, 6))
    end as preferred_channel_share,
    cast(cast(out_of_hours_count as decimal(18, 8)) / cast(txn_count as decimal(18, 0)) as decimal(9, 6)) as out_of_hours_share
from customer
