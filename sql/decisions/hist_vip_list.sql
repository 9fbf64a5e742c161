-- Who was on the list when, and why: entry, change of reasons and exit are the bounds of the intervals.
select customer_id, reason_codes, tier
from mart_vip_list
