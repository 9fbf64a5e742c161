-- The share of a customer's money that is here (客户占有率): AUM / (AUM + what went to accounts in the same name elsewhere in twelve months, net;
-- domain specification, section 4.12). A proxy: what was elsewhere before is not seen.
with

own as (

    -- What is sent from a joint account to an account in the same name is its holder's.
    select xref.customer_id, sum(month.sent_amount - month.received_amount) as sent_amount
    from agg_own_name_month as month
    inner join int_account as account on month.source_system = account.source_system and month.account_no = account.account_no
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    where month.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by xref.customer_id

),

outside as (

    select
        metrics.customer_id,
        metrics.aum_balance,
        cast(greatest(coalesce(own.sent_amount, 0), 0) as decimal(18, 2)) as outside_amount
    from int_customer_metrics as metrics
    left join own on metrics.customer_id = own.customer_id

)

select
    customer_id,
    aum_balance,
    outside_amount,
    cast(
        case when aum_balance + outside_amount > 0 then cast(aum_balance as decimal(28, 8)) / cast(aum_balance + outside_amount as decimal(18, 2)) end
        as decimal(9, 4)
    ) as share_of_wallet_proxy
from outside
