-- The supply chain (上下游) around organisations and shop owners: whom they sold to and bought from in twelve months. A
-- counterparty with an account at another bank that takes part in payments again and again is one to win (bankable).
with

month as (

    -- Accounts follow today's identity.
    select
        counterparty.*,
        xref.customer_id,
        counterparty.month > cast(date_trunc('month', biz_date()) as date) - interval '6 months' as is_half_year
    from agg_counterparty_month as counterparty
    inner join int_account as account
        on counterparty.source_system = account.source_system and counterparty.account_no = account.account_no
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    where counterparty.month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'

),

account as (

    -- A number that two systems gave out is one row all the same.
    select account.account_no, max(xref.customer_id) as customer_id
    from int_account as account
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    group by account.account_no

)

select
    month.customer_id,
    month.counterparty_account_no,
    month.counterparty_bank_no,
    max(month.counterparty_name) as counterparty_name,
    max(account.customer_id) as counterparty_customer_id,
    case when sum(month.received_amount) >= sum(month.paid_amount) then 'BUYER' else 'SUPPLIER' end as counterparty_role,
    cast(sum(month.received_amount) as decimal(18, 2)) as received_amount_12m,
    cast(sum(month.received_count) as bigint) as received_count_12m,
    cast(sum(month.paid_amount) as decimal(18, 2)) as paid_amount_12m,
    cast(sum(month.paid_count) as bigint) as paid_count_12m,
    month.counterparty_bank_no <> ''
        and sum(case when month.is_half_year then month.received_count + month.paid_count else 0 end) >= parameter('bankable_payment_count')
        as is_bankable
from month
left join account on month.counterparty_account_no = account.account_no and month.counterparty_bank_no = ''
group by month.customer_id, month.counterparty_account_no, month.counterparty_bank_no
