-- OWN_OUT, an early sign of leaving (domain specification, section 6.1): own_out_pct and more of the assets went to the own name elsewhere within
-- own_out_days. Of what the assets would be with that money, so that who sent everything sent all of it.
with

sent as (

    select xref.customer_id, cast(sum(cast(day.sent_amount * rate.middle_rate as decimal(18, 2))) as decimal(18, 2)) as sent_amount_30d
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()
    inner join (
        select source_system, account_no, sent_amount
        from agg_own_name_day
        where biz_date > cast(cast(biz_date() as int) - parameter('own_out_days') as date)
            and posting_date > cast(cast(biz_date() as int) - parameter('own_out_days') as date)
            and sent_amount > 0
    ) as day on account.source_system = day.source_system and account.account_no = day.account_no
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    group by xref.customer_id

)

select
    sent.customer_id,
    sent.sent_amount_30d,
    metrics.aum_balance,
    cast(cast(sent.sent_amount_30d as decimal(28, 8)) / cast(metrics.aum_balance + sent.sent_amount_30d as decimal(18, 2)) as decimal(9, 6)) as sent_share_30d,
    sent.sent_amount_30d * 100 >= parameter('own_out_pct') * (metrics.aum_balance + sent.sent_amount_30d) as is_own_out
from sent
inner join int_customer_metrics as metrics on sent.customer_id = metrics.customer_id
