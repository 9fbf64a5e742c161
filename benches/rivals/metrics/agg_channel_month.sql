select txn.source_system, txn.account_no, txn.channel,
    sum(case when txn.is_reversal then -1 else 1 end) as txn_count,
    sum(case when txn.is_reversal then -abs(txn.signed_amount) else abs(txn.signed_amount) end) as txn_amount,
    sum(case when txn.is_reversal or txn.txn_at is null then 0
        when not calendar.is_business_day or hour(txn.txn_at at time zone 'UTC' + interval 8 hours) < 8
            or hour(txn.txn_at at time zone 'UTC' + interval 8 hours) >= 18 then 1 else 0 end) as out_of_hours_count
from fct_transaction as txn
inner join ref_txn_type as type on txn.txn_type = type.txn_type
left join calendar on txn.posting_date = calendar.date
where type.is_customer_initiated and txn.biz_date = date '{date}'
group by all
