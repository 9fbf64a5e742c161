-- Shares by the same version of the model on two business dates (population stability index; Siddiqi 2006). Another version is no drift: it has gates of
-- its own. A share of nothing counts as a millionth.
with

-- Who is segmented by the same version as before: persons, organisations, both or neither.
kept as (

    select now.party_type
    from (select party_type, max(model_version) as model_version from mart_segment group by party_type) as now
    inner join (select party_type, max(model_version) as model_version from previous('mart_segment') group by party_type) as before
        on now.party_type = before.party_type and now.model_version = before.model_version

),

counted as (

    select
        coalesce(now.party_type, before.party_type) as party_type,
        coalesce(now.segment, before.segment) as segment,
        coalesce(now.customer_count, 0) as customer_count,
        coalesce(before.customer_count, 0) as customer_count_before
    from (
        select mart.party_type, mart.segment, count(*) as customer_count
        from mart_segment as mart
        inner join kept on mart.party_type = kept.party_type
        group by mart.party_type, mart.segment
    ) as now
    full outer join (
        select known.party_type, known.segment, count(*) as customer_count
        from previous('mart_segment') as known
        inner join kept on known.party_type = kept.party_type
        group by known.party_type, known.segment
    ) as before on now.party_type = before.party_type and now.segment = before.segment

),

shared as (

    select
        party_type,
        segment,
        greatest(cast(customer_count as double) / sum(customer_count) over (partition by party_type), 0.000001) as share,
        greatest(cast(customer_count_before as double) / sum(customer_count_before) over (partition by party_type), 0.000001) as share_before
    from counted

)

select
    party_type,
    segment,
    cast(share_before as decimal(9, 6)) as share_before,
    cast(share as decimal(9, 6)) as share,
    cast((share - share_before) * ln(share / share_before) as decimal(18, 6)) as psi_part,
    cast(sum((share - share_before) * ln(share / share_before)) over (partition by party_type) as decimal(18, 6)) as psi
from shared
