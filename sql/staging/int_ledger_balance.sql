-- What the contracts of all systems add up to by branch and subject. A bank with other systems replaces this file.
select
    branch_no,
    gl_subject,
    currency,
    cast(sum(balance) as decimal(18, 2)) as balance
from (
    select branch_no, gl_subject, currency, balance from stg_core__account
    union all
    select branch_no, gl_subject, currency, balance from stg_credit__loan
    union all
    -- The card system does not name the subject: 信用卡透支.
    select branch_no, '13030401' as gl_subject, currency, balance from stg_card__account
) as contract
group by branch_no, gl_subject, currency
