-- One row per way to reach a customer of the core system, as delivered for this business date.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    kind,
    value,
    verified_flag = '1' as is_verified,
    verified_date,
    opt_in = '1' as is_opted_in,
    valid_from
from raw_core__contact_point
where biz_date = biz_date()
