select purchase.contract_kind, purchase.contract_no, coalesce(category.spend_category, 'OTHER') as spend_category,
    sum(case when purchase.amount < 0 then -1 else 1 end) as purchase_count, sum(purchase.amount) as spend_amount
from (
    select 'ACCOUNT' as contract_kind, acct_no as contract_no, mcc, case dc_flag when 'C' then -amount else amount end as amount
    from raw_core__transaction where biz_date = date '{date}' and mcc is not null
    union all
    select 'CARD', txn.cc_acct_no, txn.mcc, txn.amount
    from raw_card__transaction as txn
    where txn.biz_date = date '{date}' and txn.txn_type = 'SPEND'
) as purchase
left join ref_merchant_category as category on purchase.mcc >= category.mcc_from and purchase.mcc <= category.mcc_to
group by all
