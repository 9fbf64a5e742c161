-- Members are frozen as a record of a source; what they have today follows today's identity (requirement CCB-05).
with

contact as (

    select
        xref.customer_id,
        list.list_name,
        count(*) as contact_count,
        sum(case when contact.outcome in ('interested', 'deal') then 1 else 0 end) as good_contact_count
    from ref_list as list
    inner join int_contact as contact on contact.contact_at >= list.created_on
    inner join dim_customer_xref as xref
        on contact.source_system = xref.source_system and contact.source_customer_no = xref.source_customer_no
    group by xref.customer_id, list.list_name

),

followed as (

    select
        member.*,
        xref.customer_id,
        row_number() over (
            partition by member.list_name, xref.customer_id order by member.source_system, member.source_customer_no
        ) as place
    from ref_list_member as member
    left join dim_customer_xref as xref
        on member.source_system = xref.source_system and member.source_customer_no = xref.source_customer_no

)

select
    biz_date() as biz_date,
    followed.list_name,
    followed.source_system,
    followed.source_customer_no,
    followed.customer_id,
    followed.place = 1 or followed.customer_id is null as is_counted,
    followed.tier as tier_then,
    customer.tier,
    followed.aum_balance as aum_then,
    cast(coalesce(customer.aum_balance, 0) as decimal(18, 2)) as aum_balance,
    cast(coalesce(customer.aum_balance, 0) - followed.aum_balance as decimal(18, 2)) as aum_change,
    followed.product_count as product_count_then,
    cast(coalesce(customer.product_count, 0) as bigint) as product_count,
    cast(coalesce(contact.contact_count, 0) as bigint) as contact_count,
    cast(coalesce(contact.good_contact_count, 0) as bigint) as good_contact_count,
    customer.churn_rule
from followed
left join mart_customer_view as customer on followed.customer_id = customer.customer_id
left join contact on followed.customer_id = contact.customer_id and followed.list_name = contact.list_name
