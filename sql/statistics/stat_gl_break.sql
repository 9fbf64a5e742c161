-- One row per branch, subject and currency whose contracts do not add up to the general ledger. A bank that delivers no
-- general ledger has nothing to compare with.
with

compared as (

    select
        coalesce(gl.branch_no, ledger.branch_no) as branch_no,
        coalesce(gl.gl_subject, ledger.gl_subject) as gl_subject,
        coalesce(gl.currency, ledger.currency) as currency,
        cast(coalesce(gl.balance, 0) as decimal(18, 2)) as gl_balance,
        cast(coalesce(ledger.balance, 0) as decimal(18, 2)) as ledger_balance
    from int_gl_control as gl
    full outer join int_ledger_balance as ledger
        on gl.branch_no = ledger.branch_no and gl.gl_subject = ledger.gl_subject and gl.currency = ledger.currency

)

select
    compared.branch_no,
    compared.gl_subject,
    compared.currency,
    compared.gl_balance,
    compared.ledger_balance,
    cast(compared.gl_balance - compared.ledger_balance as decimal(18, 2)) as break_amount,
    abs(compared.gl_balance - compared.ledger_balance) <= tolerance.amount as is_tolerated
from compared
cross join (select amount from ref_tolerance where tolerance = 'gl_break') as tolerance
cross join (select count(*) as gl_rows from int_gl_control) as delivered
where compared.gl_balance <> compared.ledger_balance and delivered.gl_rows > 0
