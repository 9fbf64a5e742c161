-- Positions of all systems: what is held beside deposits. A bank with other systems replaces this file.
select
    source_system,
    position_no,
    source_customer_no,
    position_kind,
    product_code,
    currency,
    market_value,
    open_date
from stg_wealth__position
where status <> 'CLOSED'
