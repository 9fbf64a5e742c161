-- Shares by the same version of the model on two business dates (population stability index; Siddiqi 2006). Another version is no drift: it has gates of
-- its own. A share of nothing counts as a millionth.
with

counted as (

    select
        coalesce(now.segment, before.segment) as segment,
        coalesce(now.customer_count, 0) as customer_count,
        coalesce(before.customer_count, 0) as customer_count_before
    from (select segment, max(model_version) as model_version, count(*) as customer_count from mart_segment group by segment) as now
    full outer join (
        select segment, max(model_version) as model_version, count(*) as customer_count from previous('mart_segment') group by segment
    ) as before on now.segment = before.segment
    where exists (select 1 from previous('mart_segment') as known where known.model_version in (select max(model_version) from mart_segment))

),

shared as (

    select
        segment,
        greatest(cast(customer_count as double) / sum(customer_count) over (), 0.000001) as share,
        greatest(cast(customer_count_before as double) / sum(customer_count_before) over (), 0.000001) as share_before
    from counted

)

select
    segment,
    cast(share_before as decimal(9, 6)) as share_before,
    cast(share as decimal(9, 6)) as share,
    cast((share - share_before) * ln(share / share_before) as decimal(18, 6)) as psi_part,
    cast(sum((share - share_before) * ln(share / share_before)) over () as decimal(18, 6)) as psi
from shared
