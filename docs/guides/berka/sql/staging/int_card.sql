-- Cards issued so far. Limit and use are not delivered and count as nothing.
select
    'berka' as source_system,
    cast(card.card_id as varchar) as card_no,
    cast(holder.client_id as varchar) as source_customer_no,
    'CZK' as currency,
    cast(0 as decimal(18, 2)) as card_limit,
    cast(0 as decimal(18, 2)) as balance,
    card.issued_date as open_date,
    'NORMAL' as status
from raw_berka__card as card
inner join raw_berka__disp as holder on card.disp_id = holder.disp_id
where card.issued_date <= biz_date()
