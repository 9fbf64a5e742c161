-- What a month leaves of each person's relation that no other table keeps: products, manager, logins. A model that looks at a change needs to know it as
-- it was then, not as it is known today.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    metrics.customer_id,
    metrics.product_count,
    owner.owner_staff_no,
    login.login_count_30d
from int_customer_metrics as metrics
left join int_customer_owner as owner on metrics.customer_id = owner.customer_id
left join (
    select xref.customer_id, cast(sum(signup.login_count_30d) as bigint) as login_count_30d
    from int_channel_signup as signup
    inner join dim_customer_xref as xref
        on signup.source_system = xref.source_system and signup.source_customer_no = xref.source_customer_no
    group by xref.customer_id
) as login on metrics.customer_id = login.customer_id
where metrics.party_type = 'PERSON'
