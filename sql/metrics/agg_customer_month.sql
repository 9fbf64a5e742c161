-- One row per customer and month, for the last thirteen months. Records follow today's identity, so a customer's past is complete after two records
-- were found to be one person.
select
    xref.customer_id,
    record.month,
    cast(sum(record.aum_avg) as decimal(18, 2)) as aum_avg,
    cast(sum(record.aum_accumulator) as decimal(38, 2)) as aum_accumulator,
    cast(sum(record.aum_balance) as decimal(18, 2)) as aum_balance,
    cast(sum(record.wealth_balance) as decimal(18, 2)) as wealth_balance,
    cast(sum(record.overdraft_balance) as decimal(18, 2)) as overdraft_balance,
    cast(sum(record.external_credit_amount) as decimal(18, 2)) as external_credit_amount,
    cast(sum(record.external_debit_amount) as decimal(18, 2)) as external_debit_amount,
    cast(sum(record.customer_txn_count) as bigint) as customer_txn_count,
    cast(sum(record.echannel_txn_count) as bigint) as echannel_txn_count,
    cast(sum(record.salary_amount) as decimal(18, 2)) as salary_amount,
    cast(sum(record.turnover_amount) as decimal(18, 2)) as turnover_amount,
    max(record.last_customer_txn_date) as last_customer_txn_date,
    max(record.last_customer_txn_at) as last_customer_txn_at
from agg_customer_record_month as record
inner join dim_customer_xref as xref
    on record.source_system = xref.source_system and record.source_customer_no = xref.source_customer_no
where record.month > cast(date_trunc('month', biz_date()) as date) - interval '13 months'
group by xref.customer_id, record.month
