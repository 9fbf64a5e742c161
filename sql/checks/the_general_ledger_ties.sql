-- Branches and subjects that break by more than the tolerance.
select branch_no, gl_subject, currency, gl_balance, ledger_balance, break_amount
from stat_gl_break
where not is_tolerated
