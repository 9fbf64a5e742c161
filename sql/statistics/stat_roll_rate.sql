-- Roll rates (domain specification, sections 4.13 and 11): of what was in a bucket a month ago, how much is in which bucket now.
with

pair as (

    select
        coalesce(before.bucket, 'NEW') as bucket_before,
        now.bucket,
        coalesce(before.balance_base, cast(0 as decimal(18, 2))) as balance_before,
        now.balance_base as balance
    from (select * from agg_exposure_month where month = cast(date_trunc('month', biz_date()) as date)) as now
    left join (
        select * from agg_exposure_month
        where month = cast(date_trunc('month', biz_date()) - interval '1 month' as date) and bucket <> 'SETTLED'
    ) as before on now.source_system = before.source_system and now.contract_no = before.contract_no

),

total as (

    select bucket_before, sum(balance_before) as balance_before from pair group by bucket_before

)

select
    pair.bucket_before,
    pair.bucket,
    cast(count(*) as bigint) as loan_count,
    cast(sum(pair.balance_before) as decimal(18, 2)) as balance_before,
    cast(sum(pair.balance) as decimal(18, 2)) as balance,
    cast(
        case
            when max(total.balance_before) > 0
                then cast(sum(pair.balance_before) as decimal(28, 8)) / cast(max(total.balance_before) as decimal(18, 2))
        end as decimal(9, 6)
    ) as roll_rate
from total
inner join pair on total.bucket_before = pair.bucket_before
group by pair.bucket_before, pair.bucket
