-- One row per feed and business date: the share of delivered rows without any finding, and what was found how often.
with finding as (
    select
        biz_date,
        system,
        feed,
        string_agg(reason_code || ' ' || cast(rows as varchar), ', ' order by reason_code) as findings
    from (
        select biz_date, system, feed, reason_code, sum(rows) as rows
        from meta_finding
        group by biz_date, system, feed, reason_code
    )
    group by biz_date, system, feed
),

delivery as (
    select
        biz_date,
        system,
        feed,
        sum(delivered_rows) as delivered_rows,
        sum(quarantined_rows) as quarantined_rows,
        sum(warned_rows) as flagged_rows
    from meta_file
    group by biz_date, system, feed
)

select
    d.biz_date,
    d.system,
    d.feed,
    d.delivered_rows,
    d.quarantined_rows,
    d.flagged_rows,
    case
        when d.delivered_rows > 0
            then cast(
                cast(d.delivered_rows - d.quarantined_rows - d.flagged_rows as decimal(18, 0)) / d.delivered_rows
                as decimal(9, 6)
            )
    end as clean_share,
    f.findings
from delivery d
left join finding f on d.biz_date = f.biz_date and d.system = f.system and d.feed = f.feed
