-- Purchases by debit and credit card, by merchant category: what was known of the month, and this delivery.
with

-- Every code of every range, so that purchases are looked up and not compared with each range.
category as (

    select lpad(cast(code as varchar), 4, '0') as mcc, spend_category
    from (
        select spend_category, unnest(range(cast(mcc_from as bigint), cast(mcc_to as bigint) + 1)) as code
        from ref_merchant_category
    ) as codes

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    contract_kind,
    contract_no,
    spend_category,
    cast(sum(purchase_count) as bigint) as purchase_count,
    cast(sum(spend_amount) as decimal(18, 2)) as spend_amount
from (
    select
        purchase.source_system,
        purchase.contract_kind,
        purchase.contract_no,
        coalesce(category.spend_category, 'OTHER') as spend_category,
        case when purchase.amount < 0 then -1 else 1 end as purchase_count,
        cast(purchase.amount * rate.middle_rate as decimal(18, 2)) as spend_amount
    from category
    right join (
        (select currency, middle_rate from int_rate_day where rate_date = biz_date()) as rate
        inner join (
            select source_system, 'ACCOUNT' as contract_kind, account_no as contract_no, mcc, currency, amount from int_debit_purchase
            union all
            select source_system, 'CARD' as contract_kind, card_no as contract_no, mcc, currency, amount
            from int_card_transaction
            where txn_type = 'SPEND'
        ) as purchase on rate.currency = purchase.currency
    ) on category.mcc = purchase.mcc
    union all
    select source_system, contract_kind, contract_no, spend_category, purchase_count, spend_amount
    from previous('agg_spend_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
-- Not by the month, which is one (docs/concepts/sql-patterns.md).
group by source_system, contract_kind, contract_no, spend_category
