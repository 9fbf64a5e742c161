-- Where there is something to gain (发现盈利机会): for each segment and product, how many customers do not hold it, how many of those who did not hold it
-- three months ago do now, and what a holder earns in a year; ranked by the product of the three. Demand deposits are what everybody has.
with

held as (

    select
        xref.customer_id,
        contract.contract_kind,
        contract.component,
        max(case when contract.month = cast(date_trunc('month', biz_date()) as date) then 1 else 0 end) as is_held,
        max(case when contract.month < cast(date_trunc('month', biz_date()) as date) then 1 else 0 end) as was_held,
        sum(case when contract.month = cast(date_trunc('month', biz_date()) as date) then contract.contribution else 0 end) as contribution
    from dim_customer_xref as xref
    inner join (
        select month, source_system, source_customer_no, contract_kind, component, contribution
        from agg_contribution_month
        where month = cast(date_trunc('month', biz_date()) as date)
            and not (contract_kind = 'DEPOSIT' and component = 'DEMAND')
        union all
        select month, source_system, source_customer_no, contract_kind, component, contribution
        from agg_contribution_month
        where month = cast(cast(date_trunc('month', biz_date()) as date) - interval '3 months' as date)
            and not (contract_kind = 'DEPOSIT' and component = 'DEMAND')
    ) as contract on xref.source_system = contract.source_system and xref.source_customer_no = contract.source_customer_no
    group by xref.customer_id, contract.contract_kind, contract.component

),

segment as (

    select party_type, segment, max(segment_name) as segment_name, max(segment_name_zh) as segment_name_zh, count(*) as customer_count
    from mart_segment
    group by party_type, segment

),

counted as (

    select
        member.party_type,
        member.segment,
        held.contract_kind,
        held.component,
        sum(held.is_held) as holder_count,
        sum(held.was_held) as holder_count_before,
        sum(case when held.is_held = 1 and held.was_held = 0 then 1 else 0 end) as taker_count,
        sum(held.contribution) as contribution
    from mart_segment as member
    inner join held on member.customer_id = held.customer_id
    -- Before there are three months, nobody knows who took what.
    cross join (select max(was_held) as was_held from held) as history
    where history.was_held = 1
    group by member.party_type, member.segment, held.contract_kind, held.component

),

measured as (

    select
        counted.party_type,
        counted.segment,
        segment.segment_name,
        segment.segment_name_zh,
        counted.contract_kind,
        counted.component,
        cast(segment.customer_count - counted.holder_count as bigint) as size,
        cast(counted.taker_count as bigint) as taker_count,
        cast(cast(counted.taker_count as decimal(24, 8)) / cast(segment.customer_count - counted.holder_count_before as decimal(18, 0)) as decimal(9, 6)) as propensity,
        cast(12 * cast(counted.contribution as decimal(28, 8)) / cast(counted.holder_count as decimal(18, 0)) as decimal(18, 2)) as margin_year
    from counted
    inner join segment on counted.party_type = segment.party_type and counted.segment = segment.segment
    where counted.holder_count > 0
        and segment.customer_count - counted.holder_count_before >= parameter('opportunity_base_min')

)

select
    cast(row_number() over (order by size * propensity * margin_year desc, party_type, segment, contract_kind, component) as bigint) as place,
    party_type,
    segment,
    segment_name,
    segment_name_zh,
    contract_kind,
    component,
    size,
    taker_count,
    propensity,
    margin_year,
    cast(size * propensity * margin_year as decimal(18, 2)) as expected_margin
from measured
