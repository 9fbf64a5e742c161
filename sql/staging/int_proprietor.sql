-- Persons who declare the code of their own business. A bank with other systems replaces this file.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    business_uscc
from raw_core__customer
where biz_date = biz_date() and business_uscc is not null
