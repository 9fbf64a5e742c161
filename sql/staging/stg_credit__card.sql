-- One row per credit card, as delivered for this business date.
select
    'credit' as source_system,
    card_no,
    src_cust_no as source_customer_no,
    ccy as currency,
    card_limit,
    balance,
    open_date,
    status
from raw_credit__card
where biz_date = biz_date()
