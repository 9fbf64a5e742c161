-- Merchant categories of each customer's debit and credit cards over three months.
with

contract as (

    select source_system, 'ACCOUNT' as contract_kind, account_no as contract_no, source_customer_no from int_account
    union all
    select source_system, 'CARD' as contract_kind, card_no as contract_no, source_customer_no from int_card

),

spent as (

    select xref.customer_id, month.spend_category, sum(month.purchase_count) as purchase_count, sum(month.spend_amount) as spend_amount
    from agg_spend_month as month
    inner join contract
        on month.source_system = contract.source_system and month.contract_kind = contract.contract_kind and month.contract_no = contract.contract_no
    inner join dim_customer_xref as xref
        on contract.source_system = xref.source_system and contract.source_customer_no = xref.source_customer_no
    where month.month > cast(date_trunc('month', biz_date()) as date) - interval '3 months'
    group by xref.customer_id, month.spend_category

)

select
    customer_id,
    spend_category,
    cast(purchase_count as bigint) as purchase_count_3m,
    cast(spend_amount as decimal(18, 2)) as spend_amount_3m,
    cast(
        case
            when sum(spend_amount) over (partition by customer_id) > 0
                then cast(spend_amount as decimal(28, 8)) / cast(sum(spend_amount) over (partition by customer_id) as decimal(18, 2))
        end as decimal(9, 6)
    ) as spend_share,
    cast(row_number() over (partition by customer_id order by spend_amount desc, spend_category) as bigint) as place
from spent
