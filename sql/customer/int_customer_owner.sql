-- Of several managers the one with the largest share, then the first staff number.
select customer_id, first_value(staff_no order by share_pct desc, staff_no) as owner_staff_no
from (
    select xref.customer_id, assignment.staff_no, max(assignment.share_pct) as share_pct
    from int_assignment as assignment
    inner join dim_customer_xref as xref
        on assignment.source_system = xref.source_system and assignment.source_customer_no = xref.source_customer_no
    group by xref.customer_id, assignment.staff_no
) as shares
group by customer_id
