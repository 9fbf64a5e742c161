-- The next contact (domain specification, section 5.6). A and B: by the Sunday of the week after the last one; C: fifteen days after it; D: by the end
-- of the month after it. A contact counts when somebody answered and it was the customer's manager or one who shares the customer; where there is no
-- manager, anybody's counts. Days are the bank's.
with

assigned as (

    select xref.customer_id, assignment.staff_no
    from int_assignment as assignment
    inner join dim_customer_xref as xref
        on assignment.source_system = xref.source_system and assignment.source_customer_no = xref.source_customer_no
    group by xref.customer_id, assignment.staff_no

),

counted as (

    select
        contact.customer_id,
        max(cast(contact.contact_at + cast(cast(parameter('utc_offset_hours') as varchar) || ' hours' as interval) as date)) as last_contact_date
    from (
        select xref.customer_id, contact.staff_no, contact.contact_at
        from int_contact as contact
        inner join dim_customer_xref as xref
            on contact.source_system = xref.source_system and contact.source_customer_no = xref.source_customer_no
        -- Nothing that is older than the longest cadence changes what is due: who was not contacted since is due.
        where contact.outcome <> 'no_answer' and contact.biz_date > biz_date() - interval '3 months'
    ) as contact
    left join assigned on contact.customer_id = assigned.customer_id and contact.staff_no = assigned.staff_no
    left join int_customer_owner as owner on contact.customer_id = owner.customer_id
    where assigned.customer_id is not null or owner.customer_id is null
    group by contact.customer_id

)

select
    class.customer_id,
    class.abcd_class,
    counted.last_contact_date,
    case
        when counted.last_contact_date is null then biz_date()
        when class.abcd_class in ('A', 'B') then cast(date_trunc('week', counted.last_contact_date) + interval '13 days' as date)
        when class.abcd_class = 'C' then cast(counted.last_contact_date + interval '15 days' as date)
        else cast(date_trunc('month', counted.last_contact_date) + interval '2 months' - interval '1 day' as date)
    end as next_due_date
from mart_abcd_class as class
left join counted on class.customer_id = counted.customer_id
