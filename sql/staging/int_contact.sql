-- Contacts of all systems. A bank with other systems replaces this file.
select
    'core' as source_system,
    biz_date,
    contact_id,
    src_cust_no as source_customer_no,
    staff_no,
    contact_at,
    channel,
    purpose,
    outcome_code as outcome
from raw_channel__contact
where biz_date <= biz_date()
