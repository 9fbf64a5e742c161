-- One row per credit card account, as delivered for this business date.
select
    'card' as source_system,
    card_no,
    src_cust_no as source_customer_no,
    ccy as currency,
    card_limit,
    balance,
    open_date,
    status,
    branch_no
from raw_card__account
where biz_date = biz_date()
