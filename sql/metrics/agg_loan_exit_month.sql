-- Loans that were in force the night before and no longer are, in the month that first saw it: what was known of the month, and tonight. A loan is
-- carried away when it is paid back more than loan_early_months before its end by who was not behind. It went to another bank when the borrower's
-- accounts here paid less than what was outstanding; systems do not always tell both sides of a payment in one night, so postings of three days count.
with

gone as (

    select before.*, xref.customer_id
    from previous('int_loan_in_force') as before
    left join int_loan_in_force as now on before.source_system = now.source_system and before.loan_no = now.loan_no
    inner join dim_customer_xref as xref
        on before.source_system = xref.source_system and before.source_customer_no = xref.source_customer_no
    where now.loan_no is null

),

repaid as (

    select xref.customer_id, -sum(posting.signed_amount) as repaid_amount
    from (select customer_id from gone group by customer_id) as borrower
    inner join dim_customer_xref as xref on borrower.customer_id = xref.customer_id
    inner join int_account as account
        on xref.source_system = account.source_system and xref.source_customer_no = account.source_customer_no
    inner join (
        select source_system, account_no, signed_amount
        from fct_transaction
        where txn_type = 'LOAN_REPAY' and biz_date > cast(cast(biz_date() as int) - 3 as date) and biz_date <= biz_date()
    ) as posting on account.source_system = posting.source_system and account.account_no = posting.account_no
    group by xref.customer_id

),

-- Of loans that one borrower paid back together, the accounts paid all or not all.
owed as (

    select customer_id, sum(balance_base) as balance_base
    from gone
    group by customer_id

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    gone.source_system,
    gone.loan_no,
    gone.source_customer_no,
    gone.loan_kind,
    biz_date() as exit_date,
    gone.balance_base,
    gone.mature_date,
    gone.first_unpaid_due_date is null
    and gone.mature_date > biz_date() + cast(cast(parameter('loan_early_months') as varchar) || ' months' as interval) as is_early,
    coalesce(repaid.repaid_amount, 0) < owed.balance_base as is_transferred
from gone
inner join owed on gone.customer_id = owed.customer_id
left join repaid on gone.customer_id = repaid.customer_id
union all
select month, source_system, loan_no, source_customer_no, loan_kind, exit_date, balance_base, mature_date, is_early, is_transferred
from previous('agg_loan_exit_month')
where month = cast(date_trunc('month', biz_date()) as date)
