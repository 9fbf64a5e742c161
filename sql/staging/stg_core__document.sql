-- One row per document of a customer of the core system, as delivered for this business date.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    id_type,
    id_no,
    country,
    is_main = '1' as is_main,
    verified_flag = '1' as is_verified,
    verified_date
from raw_core__document
where biz_date = biz_date()
