-- Salaries of accounts and how much of them left within some days (domain specification, section 6.4): what is known tonight of this month. The window of a
-- salary that came near the end of the month ends with the month.
with

posting as (

    select source_system, account_no, effective_date, txn_type, signed_amount, coalesce(is_reversal, false) as is_reversal
    from fct_transaction
    where effective_date >= cast(date_trunc('month', biz_date()) as date) and effective_date <= biz_date()

),

-- Salaries of one day are one, so that what left after them counts once.
salary_day as (

    select source_system, account_no, effective_date, sum(signed_amount) as salary_amount
    from posting
    where txn_type = 'SALARY'
    group by source_system, account_no, effective_date

),

-- What customers took out themselves. What takes such a posting back counts against it.
outgoing as (

    select posting.source_system, posting.account_no, posting.effective_date, -posting.signed_amount as sent_amount
    from ref_txn_type as type
    inner join posting on type.txn_type = posting.txn_type
    where type.is_customer_initiated and (posting.signed_amount < 0) <> posting.is_reversal

)

-- Of a salary that is taken back on a later day nothing is left, nor can more than the rest have left.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    account_no,
    cast(sum(salary_amount) as decimal(18, 2)) as salary_amount,
    cast(least(sum(left_amount), sum(salary_amount)) as decimal(18, 2)) as left_amount
from (
    -- Days with salary are few: it is they that are kept in memory.
    select
        salary.source_system,
        salary.account_no,
        salary.effective_date,
        salary.salary_amount,
        greatest(least(coalesce(sum(outgoing.sent_amount), 0), salary.salary_amount), 0) as left_amount
    from salary_day as salary
    left join outgoing
        on salary.source_system = outgoing.source_system
        and salary.account_no = outgoing.account_no
        and outgoing.effective_date >= salary.effective_date
        and cast(outgoing.effective_date as int) - cast(salary.effective_date as int) <= parameter('salary_outflow_days')
    group by salary.source_system, salary.account_no, salary.effective_date, salary.salary_amount
) as paid
group by source_system, account_no
having sum(salary_amount) > 0
