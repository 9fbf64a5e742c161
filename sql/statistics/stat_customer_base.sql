-- Opening + new + reactivated - closed - dormant = closing, since the business date before (domain specification, section 9).
with

pair as (

    select
        coalesce(now.party_type, before.party_type) as party_type,
        coalesce(now.branch_no, before.branch_no, '') as branch_no,
        before.customer_id is not null as was_known,
        coalesce(before.relationship_stage not in ('LOST', 'DORMANT'), false) as was_active,
        coalesce(now.relationship_stage not in ('LOST', 'DORMANT'), false) as is_active,
        coalesce(now.relationship_stage, 'LOST') as relationship_stage
    from mart_customer_view as now
    full join previous('mart_customer_view') as before on now.customer_id = before.customer_id

)

select
    party_type,
    branch_no,
    cast(sum(case when was_active then 1 else 0 end) as bigint) as opening_count,
    cast(sum(case when is_active and not was_known then 1 else 0 end) as bigint) as new_count,
    cast(sum(case when is_active and was_known and not was_active then 1 else 0 end) as bigint) as reactivated_count,
    cast(sum(case when was_active and relationship_stage = 'LOST' then 1 else 0 end) as bigint) as closed_count,
    cast(sum(case when was_active and relationship_stage = 'DORMANT' then 1 else 0 end) as bigint) as dormant_count,
    cast(sum(case when is_active then 1 else 0 end) as bigint) as closing_count
from pair
group by party_type, branch_no
