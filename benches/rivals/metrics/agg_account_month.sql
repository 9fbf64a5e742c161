with posting as (
    select txn.source_system, txn.account_no,
        sum(txn.signed_amount) as posted_amount,
        sum(txn.signed_amount * (day(txn.effective_date) - 1)::decimal(3, 0)) as weighted_amount,
        sum(case when type.is_external and (txn.signed_amount > 0) <> txn.is_reversal then txn.signed_amount else 0 end) as external_credit_amount,
        sum(case when type.is_external and (txn.signed_amount < 0) <> txn.is_reversal then -txn.signed_amount else 0 end) as external_debit_amount,
        sum(case when type.is_customer_initiated then case when txn.is_reversal then -1 else 1 end else 0 end) as customer_txn_count,
        sum(case when type.is_customer_initiated and channel.is_echannel then case when txn.is_reversal then -1 else 1 end else 0 end) as echannel_txn_count,
        sum(case when txn.txn_type = 'SALARY' then txn.signed_amount else 0 end) as salary_amount,
        sum(case when txn.txn_type = 'FEE' then -txn.signed_amount else 0 end) as fee_amount,
        sum(case when txn.txn_type = 'POS_SPEND' and txn.signed_amount < 0
                then least(-txn.signed_amount * 0.0035, 13.00)::decimal(18, 2)
            when txn.txn_type = 'POS_SPEND' and txn.is_reversal then -least(txn.signed_amount * 0.0035, 13.00)::decimal(18, 2) else 0 end) as interchange_amount,
        sum(coalesce(cost.unit_cost, 0)) as activity_cost_amount,
        sum(case when type.is_turnover and ((txn.signed_amount > 0) <> txn.is_reversal or txn.txn_type = 'REVERSAL') then txn.signed_amount else 0 end) as turnover_amount,
        sum(case when type.flow = 'OWN' then txn.signed_amount else 0 end) as own_amount,
        sum(case when type.flow = 'LOAN' then txn.signed_amount else 0 end) as loan_amount,
        sum(case when type.flow = 'INTEREST' then txn.signed_amount else 0 end) as interest_amount,
        sum(case when type.flow = 'TAX' then txn.signed_amount else 0 end) as tax_amount,
        max(case when type.is_customer_initiated and not txn.is_reversal then txn.posting_date end) as last_customer_txn_date,
        max(case when type.is_customer_initiated and not txn.is_reversal then txn.txn_at end) as last_customer_txn_at
    from fct_transaction as txn
    left join ref_txn_type as type on txn.txn_type = type.txn_type
    left join ref_channel as channel on txn.channel = channel.channel
    left join unit_cost as cost on txn.channel = cost.activity
    where txn.effective_date >= date_trunc('month', date '{date}') and txn.effective_date <= date '{date}'
    group by all
),
last_activity as (
    select source_system, account_no, max(last_customer_txn_date) as last_customer_txn_date, max(last_customer_txn_at) as last_customer_txn_at
    from agg_account_month where month = (date_trunc('month', date '{date}') - interval 1 month)::date group by all
)
select account.source_system, account.account_no, account.source_customer_no, account.account_kind, account.branch_no, account.currency,
    account.balance,
    account.balance * day(date '{date}')::decimal(3, 0) - coalesce(posting.weighted_amount, 0) as balance_accumulator,
    round((account.balance * day(date '{date}')::decimal(3, 0) - coalesce(posting.weighted_amount, 0)) / day(date '{date}'), 2)::decimal(18, 2) as balance_avg,
    posting.* exclude (source_system, account_no, weighted_amount, last_customer_txn_date, last_customer_txn_at),
    greatest(posting.last_customer_txn_date, last_activity.last_customer_txn_date) as last_customer_txn_date,
    greatest(posting.last_customer_txn_at, last_activity.last_customer_txn_at) as last_customer_txn_at
from account
left join posting on account.source_system = posting.source_system and account.account_no = posting.account_no
left join last_activity on account.source_system = last_activity.source_system and account.account_no = last_activity.account_no
