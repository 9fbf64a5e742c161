-- Roll-forward: balance = balance of the month before + postings. Tolerance 0.00.
-- Only for accounts known the month before, or opened in this month (then from zero).
select
    now.source_system,
    now.account_no,
    now.month,
    cast(coalesce(before.balance, 0) as decimal(18, 2)) as balance_before,
    now.posted_amount,
    now.balance,
    cast(now.balance - coalesce(before.balance, 0) - now.posted_amount as decimal(18, 2)) as break_amount
from agg_account_month as now
inner join int_account as account on now.source_system = account.source_system and now.account_no = account.account_no
left join agg_account_month as before
    on now.source_system = before.source_system
    and now.account_no = before.account_no
    and before.month = cast(date_trunc('month', biz_date()) as date) - interval '1 month'
where now.month = cast(date_trunc('month', biz_date()) as date)
    and (before.account_no is not null or account.open_date >= now.month)
    and now.balance <> coalesce(before.balance, 0) + now.posted_amount
