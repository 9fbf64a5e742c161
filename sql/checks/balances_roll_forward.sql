-- Accounts in disagreement; the whole list is stat_balance_break.
select source_system, account_no, break_amount
from stat_balance_break
