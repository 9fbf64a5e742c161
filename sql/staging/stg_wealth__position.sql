-- One row per position, as delivered for this business date.
select
    'wealth' as source_system,
    pos_no as position_no,
    src_cust_no as source_customer_no,
    kind as position_kind,
    product_code,
    ccy as currency,
    units,
    nav,
    nav_date,
    market_value,
    cost as cost_amount,
    buy_date as open_date,
    risk_level,
    status
from raw_wealth__position
where biz_date = biz_date()
