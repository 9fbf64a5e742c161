-- Credit cards of all systems. A bank with other systems replaces this file.
select
    source_system,
    card_no,
    source_customer_no,
    currency,
    card_limit,
    balance,
    open_date,
    status
from stg_card__account
