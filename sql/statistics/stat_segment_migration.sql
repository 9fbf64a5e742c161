-- Where customers went since the business date before: the migration matrix of segments.
select
    party_type,
    segment_before,
    segment,
    max(model_version_before) as model_version_before,
    max(model_version) as model_version,
    cast(sum(customer_count) as bigint) as customer_count,
    cast(cast(sum(customer_count) as decimal(24, 8)) / cast(sum(sum(customer_count)) over (partition by party_type, segment_before) as decimal(18, 0)) as decimal(9, 6)) as row_share
from (
    select
        coalesce(now.party_type, before.party_type) as party_type,
        coalesce(before.segment, 0) as segment_before,
        coalesce(now.segment, 0) as segment,
        before.model_version as model_version_before,
        now.model_version,
        1 as customer_count
    from mart_segment as now
    full outer join previous('mart_segment') as before on now.customer_id = before.customer_id
) as customers
group by party_type, segment_before, segment
