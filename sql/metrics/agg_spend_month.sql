-- Purchases by merchant category. A night computes its own month from what was delivered in it.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    purchase.source_system,
    purchase.contract_kind,
    purchase.contract_no,
    coalesce(category.spend_category, 'OTHER') as spend_category,
    cast(sum(case when purchase.amount < 0 then -1 else 1 end) as bigint) as purchase_count,
    cast(sum(cast(purchase.amount * rate.middle_rate as decimal(18, 2))) as decimal(18, 2)) as spend_amount
from ref_merchant_category as category
right join (
    (select currency, middle_rate from int_rate_day where rate_date = biz_date()) as rate
    inner join (
        select source_system, contract_kind, contract_no, mcc, currency, amount
        from int_purchase
        where biz_date >= cast(date_trunc('month', biz_date()) as date) and biz_date <= biz_date()
    ) as purchase on rate.currency = purchase.currency
) on purchase.mcc >= category.mcc_from and purchase.mcc <= category.mcc_to
group by purchase.source_system, purchase.contract_kind, purchase.contract_no, coalesce(category.spend_category, 'OTHER')
