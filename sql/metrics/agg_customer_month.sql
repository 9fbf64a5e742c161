-- One row per customer and month, for the last thirteen months. Accounts follow today's identity,
-- so a customer's past is complete after two records were found to be one person.
select
    xref.customer_id,
    account.month,
    cast(sum(account.balance_avg) as decimal(18, 2)) as aum_avg,
    cast(sum(account.balance) as decimal(18, 2)) as aum_balance,
    cast(sum(account.external_credit_amount) as decimal(18, 2)) as external_credit_amount,
    cast(sum(account.external_debit_amount) as decimal(18, 2)) as external_debit_amount,
    sum(account.customer_txn_count) as customer_txn_count,
    sum(account.echannel_txn_count) as echannel_txn_count,
    cast(sum(account.salary_amount) as decimal(18, 2)) as salary_amount,
    max(account.last_customer_txn_date) as last_customer_txn_date,
    max(account.last_customer_txn_at) as last_customer_txn_at
from agg_account_month as account
inner join dim_customer_xref as xref
    on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
where account.month > cast(date_trunc('month', biz_date()) as date) - interval '13 months'
group by xref.customer_id, account.month
