-- Today's whole state; balances are kept per month in agg_account_month, or every night would open an interval.
select
    source_system,
    account_no,
    source_customer_no,
    account_kind,
    currency,
    open_date,
    mature_date,
    close_date,
    status,
    branch_no
from int_account
