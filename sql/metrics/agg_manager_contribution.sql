-- This month's economic value added by customer manager. Shares are rounded down to the cent and the cents left go to the largest remainders (ties: the
-- first staff number), so that the managers of a customer add up to the customer.
with

weight as (

    select xref.customer_id, assignment.staff_no, max(assignment.share_pct) as share_pct
    from int_assignment as assignment
    inner join dim_customer_xref as xref
        on assignment.source_system = xref.source_system and assignment.source_customer_no = xref.source_customer_no
    where assignment.share_pct > 0
    group by xref.customer_id, assignment.staff_no

),

shared as (

    select
        weight.customer_id,
        weight.staff_no,
        weight.share_pct,
        sum(weight.share_pct) over (partition by weight.customer_id) as total_pct,
        case when contribution.eva < 0 then -1 else 1 end as sign,
        cast(abs(contribution.eva) * 100 as decimal(20, 0)) as cents
    from weight
    inner join agg_customer_contribution as contribution on weight.customer_id = contribution.customer_id

),

floored as (

    select
        *,
        cast(floor(cast(cents * share_pct as decimal(38, 10)) / cast(total_pct as decimal(18, 4))) as decimal(20, 0)) as floor_cents
    from shared

),

placed as (

    select
        *,
        cents - sum(floor_cents) over (partition by customer_id) as left_cents,
        row_number() over (
            partition by customer_id order by cents * share_pct - floor_cents * total_pct desc, staff_no
        ) as place
    from floored

)

select
    customer_id,
    staff_no,
    cast(cast(share_pct as decimal(18, 10)) / cast(total_pct as decimal(18, 4)) as decimal(9, 6)) as share,
    cast(cast(sign * (floor_cents + case when place <= left_cents then 1 else 0 end) as decimal(20, 4)) / cast(100 as decimal(3, 0)) as decimal(18, 2)) as eva
from placed
