-- Which channels each customer used in the last three months, and how much of everything that is (渠道结构).
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

total as (

    select customer_id, sum(txn_count) as txn_count, sum(txn_amount) as txn_amount
    from used
    group by customer_id

)

select
    used.customer_id,
    used.channel,
    cast(used.txn_count as bigint) as txn_count,
    cast(used.txn_amount as decimal(18, 2)) as txn_amount,
    cast(used.out_of_hours_count as bigint) as out_of_hours_count,
    cast(case when total.txn_count > 0 then cast(used.txn_count as decimal(18, 8)) / cast(total.txn_count as decimal(18, 0)) end as decimal(9, 6))
        as count_share,
    cast(case when total.txn_amount > 0 then cast(used.txn_amount as decimal(28, 8)) / cast(total.txn_amount as decimal(18, 2)) end as decimal(9, 6))
        as amount_share
from used
inner join total on used.customer_id = total.customer_id
where used.txn_count > 0
