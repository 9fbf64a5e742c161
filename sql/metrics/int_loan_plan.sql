-- The plan of each loan at today's rate (等额本息, 等额本金): a twelfth of the rate a month, every amount rounded to the cent, the last instalment
-- takes what is left. A floating rate that changed since the loan began gives a plan as if it had always been today's.
with

plan as (

    select
        xref.customer_id,
        loan.source_system,
        loan.loan_no,
        loan.repay_method,
        loan.balance,
        loan.principal,
        loan.rate,
        loan.term_months,
        loan.due_term_count,
        cast(loan.principal as decimal(18, 2)) / cast(loan.term_months as decimal(5, 0)) as equal_principal,
        cast(loan.principal * loan.rate / cast(12 as decimal(2, 0)) as decimal(18, 2)) as first_interest,
        case
            when loan.repay_method = 'EPI'
                then cast(loan.principal - cast(cast(loan.principal as decimal(18, 2)) / cast(loan.term_months as decimal(5, 0)) as decimal(18, 2)) * loan.due_term_count as decimal(18, 2))
            else instalment_balance(loan.principal, loan.rate, loan.term_months, loan.due_term_count)
        end as planned_balance
    from int_loan as loan
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where loan.term_months > 0

)

select
    customer_id,
    source_system,
    loan_no,
    repay_method,
    case
        when repay_method = 'EPI' then cast(cast(equal_principal as decimal(18, 2)) + first_interest as decimal(18, 2))
        else instalment(principal, rate, term_months)
    end as first_instalment,
    first_interest,
    case
        when repay_method = 'EPI'
            then cast(
                cast(equal_principal as decimal(18, 2)) + cast(planned_balance * rate / cast(12 as decimal(2, 0)) as decimal(18, 2)) as decimal(18, 2)
            )
        else instalment(principal, rate, term_months)
    end as next_instalment,
    case
        when repay_method = 'EPI'
            then cast(
                (principal - cast(equal_principal as decimal(18, 2)) * (term_months - 1)) * (1 + rate / cast(12 as decimal(2, 0))) as decimal(18, 2)
            )
        else instalment_last(principal, rate, term_months)
    end as last_instalment,
    planned_balance,
    balance,
    cast(planned_balance - balance as decimal(18, 2)) as ahead_amount
from plan
