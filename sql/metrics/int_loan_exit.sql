-- LOAN_EXIT (domain specification, section 6.1): a mortgage or business loan that was in force in the observation month was paid back early by the end of
-- the outcome window, and no loan was begun since the observation month began.
with

-- Who had one at the end of the observation month.
borrower as (

    select wanted.month, wanted.outcome_from, wanted.outcome_month, wanted.outcome_end, xref.customer_id
    from int_churn_month as wanted
    cross join agg_contract_month as known
    inner join dim_customer_xref as xref
        on known.source_system = xref.source_system and known.source_customer_no = xref.source_customer_no
    where known.contract_kind = 'LOAN'
        and known.component in ('MORTGAGE', 'HPF_LOAN', 'BUSINESS', 'WORKING_CAP')
        and known.balance > 0
        and known.month = wanted.month
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 1 as varchar) || ' months' as interval)
    group by wanted.month, wanted.outcome_from, wanted.outcome_month, wanted.outcome_end, xref.customer_id

),

ended as (

    select known.month, xref.customer_id, known.is_transferred
    from agg_loan_exit_month as known
    inner join dim_customer_xref as xref
        on known.source_system = xref.source_system and known.source_customer_no = xref.source_customer_no
    where known.loan_kind in ('MORTGAGE', 'HPF_LOAN', 'BUSINESS', 'WORKING_CAP')
        and known.is_early
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 1 as varchar) || ' months' as interval)

),

begun as (

    select xref.customer_id, loan.start_date
    from int_loan as loan
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where loan.start_date >= cast(date_trunc('month', biz_date()) as date)
        - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 1 as varchar) || ' months' as interval)

)

select
    borrower.month,
    borrower.customer_id,
    ended.customer_id is not null and begun.customer_id is null as is_loan_exited,
    coalesce(ended.is_transferred, false) and begun.customer_id is null as is_loan_transferred
from borrower
left join (
    select borrower.month, borrower.customer_id, bool_or(ended.is_transferred) as is_transferred
    from borrower
    inner join ended on borrower.customer_id = ended.customer_id
    where ended.month >= borrower.outcome_from and ended.month <= borrower.outcome_month
    group by borrower.month, borrower.customer_id
) as ended on borrower.month = ended.month and borrower.customer_id = ended.customer_id
left join (
    select borrower.month, borrower.customer_id
    from borrower
    inner join begun on borrower.customer_id = begun.customer_id
    where begun.start_date >= borrower.month and begun.start_date <= borrower.outcome_end
    group by borrower.month, borrower.customer_id
) as begun on borrower.month = begun.month and borrower.customer_id = begun.customer_id
