-- Only those who could be hidden VIPs by their turnover are looked at: persons below GOLD with hidden_vip_turnover_min and more.
with

account as (

    select metrics.customer_id, account.source_system, account.account_no
    from int_customer_metrics as metrics
    inner join int_customer_tier as tier on metrics.customer_id = tier.customer_id and tier.scheme_id = 'person'
    inner join ref_tier as gold on gold.scheme_id = 'person' and gold.tier = 'GOLD'
    inner join dim_customer_xref as xref on metrics.customer_id = xref.customer_id
    inner join int_account as account
        on xref.source_system = account.source_system and xref.source_customer_no = account.source_customer_no
    where metrics.party_type = 'PERSON' and tier.tier_rank < gold.tier_rank and metrics.turnover_12m >= parameter('hidden_vip_turnover_min')

),

flow as (

    -- Grouped twice, by day and by customer.
    select
        customer_id,
        count(*) as active_days,
        sum(in_amount) as in_amount,
        sum(out_amount) as out_amount,
        sum(cash_wallet_amount) as cash_wallet_amount
    from (
        select
            account.customer_id,
            txn.posting_date,
            sum(case when type.is_external and txn.signed_amount > 0 then txn.signed_amount else 0 end) as in_amount,
            sum(case when type.is_external and txn.signed_amount < 0 then -txn.signed_amount else 0 end) as out_amount,
            sum(case when txn.txn_type in ('CASH_IN', 'QPAY_IN') and txn.signed_amount > 0 then txn.signed_amount else 0 end) as cash_wallet_amount
        from account
        inner join fct_transaction as txn on account.source_system = txn.source_system and account.account_no = txn.account_no
        inner join ref_txn_type as type on txn.txn_type = type.txn_type
        where txn.biz_date > biz_date() - interval '90 days' and txn.biz_date <= biz_date() and txn.posting_date > biz_date() - interval '90 days'
        group by account.customer_id, txn.posting_date
    ) as days
    group by customer_id

),

partner as (

    select customer_id, count(*) as counterparty_count
    from (
        select account.customer_id, txn.counterparty_account_no
        from account
        inner join int_counterparty_transaction as txn on account.source_system = txn.source_system and account.account_no = txn.account_no
        where txn.biz_date > biz_date() - interval '90 days' and txn.biz_date <= biz_date() and txn.posting_date > biz_date() - interval '90 days'
        group by account.customer_id, txn.counterparty_account_no
    ) as partners
    group by customer_id

),

measured as (

    select
        flow.customer_id,
        coalesce(partner.counterparty_count, 0) as counterparty_count,
        cast(cast(flow.active_days as decimal(9, 4)) / cast(3 as decimal(1, 0)) as decimal(9, 2)) as active_days_month,
        case when flow.out_amount > 0 then cast(least(cast(flow.in_amount as decimal(28, 8)) / flow.out_amount, 99999) as decimal(18, 4)) end as in_out_ratio,
        cast(
            case when flow.in_amount > 0 then cast(flow.cash_wallet_amount as decimal(28, 8)) / cast(flow.in_amount as decimal(18, 2)) else 0 end
            as decimal(9, 6)
        ) as cash_wallet_share
    from flow
    left join partner on flow.customer_id = partner.customer_id

)

select
    customer_id,
    cast(counterparty_count as bigint) as counterparty_count_90d,
    active_days_month,
    in_out_ratio,
    cash_wallet_share,
    counterparty_count >= parameter('behaviour_counterparty_min')
    and active_days_month >= parameter('behaviour_active_days_min')
    and coalesce(in_out_ratio between 0.8 and 1.25, false)
    and cash_wallet_share * 100 >= parameter('behaviour_cash_pct') as is_business_like
from measured
