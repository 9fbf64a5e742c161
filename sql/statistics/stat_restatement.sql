-- What late postings of this delivery changed in closed months, account by account.
select
    biz_date() as biz_date,
    now.month,
    now.source_system,
    now.account_no,
    now.source_customer_no,
    before.balance as balance_before,
    now.balance,
    before.balance_avg as balance_avg_before,
    now.balance_avg,
    cast(now.balance_avg - before.balance_avg as decimal(18, 2)) as balance_avg_difference
from agg_account_month as now
inner join previous('agg_account_month') as before
    on now.month = before.month and now.source_system = before.source_system and now.account_no = before.account_no
where now.month < cast(date_trunc('month', biz_date()) as date)
    and now.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    and before.month < cast(date_trunc('month', biz_date()) as date)
    and before.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    -- Days that had no business date are completed, not restated.
    and before.as_of_date = now.as_of_date
    and (now.balance <> before.balance or now.balance_accumulator <> before.balance_accumulator)
