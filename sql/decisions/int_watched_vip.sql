-- Customers on a watch list are not looked after as VIPs; they stand here, with what would have brought them onto the list.
select
    hit.customer_id,
    hit.list_type,
    hit.reason,
    due.vip_reason_codes
from int_watchlist_hit as hit
inner join (
    select customer_id, string_agg(condition, ',' order by condition) as vip_reason_codes
    from int_vip_condition
    where condition_kind = 'REASON' and is_met
    group by customer_id
) as due on hit.customer_id = due.customer_id
