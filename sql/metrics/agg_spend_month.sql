-- Purchases by debit and credit card, by merchant category: what was known of the month, and this delivery.
select
    month,
    source_system,
    contract_kind,
    contract_no,
    spend_category,
    cast(sum(purchase_count) as bigint) as purchase_count,
    cast(sum(spend_amount) as decimal(18, 2)) as spend_amount
from (
    select
        cast(date_trunc('month', biz_date()) as date) as month,
        purchase.source_system,
        purchase.contract_kind,
        purchase.contract_no,
        coalesce(category.spend_category, 'OTHER') as spend_category,
        case when purchase.amount < 0 then -1 else 1 end as purchase_count,
        cast(purchase.amount * rate.middle_rate as decimal(18, 2)) as spend_amount
    from ref_merchant_category as category
    right join (
        (select currency, middle_rate from int_rate_day where rate_date = biz_date()) as rate
        inner join (
            select source_system, 'ACCOUNT' as contract_kind, account_no as contract_no, mcc, currency, amount from int_debit_purchase
            union all
            select source_system, 'CARD' as contract_kind, card_no as contract_no, mcc, currency, amount
            from int_card_transaction
            where txn_type = 'SPEND'
        ) as purchase on rate.currency = purchase.currency
    ) on purchase.mcc >= category.mcc_from and purchase.mcc <= category.mcc_to
    union all
    select month, source_system, contract_kind, contract_no, spend_category, purchase_count, spend_amount
    from previous('agg_spend_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
group by month, source_system, contract_kind, contract_no, spend_category
