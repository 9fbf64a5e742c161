-- One row per segment: means over its customers, in original units.
with

total as (

    select count(*) as customer_count, sum(feature.aum_month_avg) as aum
    from mart_segment as segment
    inner join int_segment_feature as feature on segment.customer_id = feature.customer_id

)

select
    segment.segment,
    segment.segment_name,
    count(*) as customer_count,
    cast(cast(count(*) as decimal(24, 8)) / max(total.customer_count) as decimal(9, 6)) as customer_share,
    cast(cast(sum(feature.aum_month_avg) as decimal(38, 8)) / count(*) as decimal(18, 2)) as aum_month_avg,
    cast(
        case when max(total.aum) > 0 then cast(sum(feature.aum_month_avg) as decimal(34, 8)) / cast(max(total.aum) as decimal(28, 2)) end
        as decimal(9, 6)
    ) as aum_share,
    cast(cast(sum(feature.liability_balance) as decimal(38, 8)) / count(*) as decimal(18, 2)) as liability_balance,
    cast(cast(sum(feature.time_share) as decimal(34, 8)) / count(*) as decimal(9, 6)) as time_share,
    cast(cast(sum(feature.external_credit_3m) as decimal(38, 8)) / count(*) as decimal(18, 2)) as external_credit_3m,
    cast(cast(sum(feature.customer_txn_count_3m) as decimal(34, 8)) / count(*) as decimal(18, 2)) as customer_txn_count_3m,
    cast(cast(sum(feature.echannel_share_3m) as decimal(34, 8)) / nullif(count(feature.echannel_share_3m), 0) as decimal(9, 6)) as echannel_share_3m,
    cast(cast(sum(feature.age_years) as decimal(34, 8)) / nullif(count(feature.age_years), 0) as decimal(9, 2)) as age_years,
    cast(cast(sum(feature.tenure_months) as decimal(34, 8)) / count(*) as decimal(9, 2)) as tenure_months
from mart_segment as segment
inner join int_segment_feature as feature on segment.customer_id = feature.customer_id
cross join total
group by segment.segment, segment.segment_name
