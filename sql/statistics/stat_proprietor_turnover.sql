-- The check of requirement ABC-2b: about a fifth of the stall owners should turn over a million and more. Far from it, either the evidence or the
-- postings are incomplete.
with

band as (

    select * from (values ('1M', 1000000), ('3M', 3000000), ('10M', 10000000)) as bands (turnover_band, turnover_from)

)

select
    band.turnover_band,
    cast(count(*) as bigint) as proprietor_count,
    cast(sum(case when evidence.turnover_12m >= band.turnover_from then 1 else 0 end) as bigint) as large_count,
    cast(
        cast(sum(case when evidence.turnover_12m >= band.turnover_from then 1 else 0 end) as decimal(18, 8)) / cast(count(*) as decimal(18, 0))
        as decimal(9, 6)
    ) as large_share,
    case when band.turnover_band = '1M' then cast(cast(parameter('hidden_vip_prior_pct') as decimal(9, 4)) / cast(100 as decimal(3, 0)) as decimal(9, 6)) end
        as prior_share,
    cast(sum(case when hidden.customer_id is not null and evidence.turnover_12m >= band.turnover_from then 1 else 0 end) as bigint) as hidden_count
from band
cross join int_proprietor_evidence as evidence
left join mart_hidden_vip as hidden on evidence.customer_id = hidden.customer_id
group by band.turnover_band
