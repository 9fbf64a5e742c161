-- Relations that source systems declare, in force on this business date. A bank with other systems replaces this file.
select
    source_system,
    source_customer_no,
    other_source_customer_no,
    relation,
    share_pct,
    valid_from,
    valid_to
from stg_core__relation
where coalesce(valid_from, biz_date()) <= biz_date() and coalesce(valid_to, date '9999-12-31') > biz_date()
