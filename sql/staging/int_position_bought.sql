-- Positions bought in this month with what was paid for them, those that were sold again among them. A bank with other systems replaces
-- this file.
select
    source_system,
    position_no,
    source_customer_no,
    currency,
    open_date,
    cost_amount
from stg_wealth__position
where open_date >= cast(date_trunc('month', biz_date()) as date) and open_date <= biz_date()
