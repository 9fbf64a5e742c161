-- Records in force on this business date.
select
    source_system,
    source_customer_no,
    id_type,
    id_no,
    open_date
from hist_customer_record
where valid_from <= biz_date() and valid_to > biz_date()
