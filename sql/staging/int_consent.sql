-- Consent and its withdrawal (授权、拒绝), the last word of each. A bank with other systems replaces this file.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    purpose,
    case when channel = 'ALL' then '' else channel end as channel,
    status = 'granted' as is_granted
from raw_crm__consent
where biz_date = biz_date()
