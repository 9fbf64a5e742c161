-- One row per branch, subject and currency of the general ledger, as delivered for this business date.
select
    branch_no,
    gl_subject,
    ccy as currency,
    balance
from raw_core__gl_control
where biz_date = biz_date()
