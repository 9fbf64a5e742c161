-- Sign-ups in force of all systems. A bank with other systems replaces this file.
select
    'channel' as source_system,
    src_cust_no as source_customer_no,
    channel,
    max(last_login_date) as last_login_date,
    cast(sum(coalesce(login_count_30d, 0)) as bigint) as login_count_30d
from raw_channel__signup
where biz_date = biz_date() and coalesce(cancel_date, date '9999-12-31') > biz_date()
group by src_cust_no, channel
