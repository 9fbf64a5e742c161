-- Customer managers of all systems. A bank with other systems replaces this file.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    staff_no,
    max(role) as role,
    cast(sum(coalesce(share_pct, 100)) as decimal(9, 4)) as share_pct
from raw_channel__assignment
where biz_date = biz_date() and valid_from <= biz_date() and coalesce(valid_to, date '9999-12-31') > biz_date()
group by src_cust_no, staff_no
