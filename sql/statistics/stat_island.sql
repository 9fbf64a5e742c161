-- Customer islands: the share of customers that one system alone knows, before and after records were linked. Before, every
-- record is a customer of its own.
with

customer as (

    select party_type, case when system_count = 1 then 1 else 0 end as is_island, record_count
    from dim_customer
    where not is_inferred

)

select
    biz_date() as biz_date,
    party_type,
    cast(sum(record_count) as bigint) as record_count,
    count(*) as customer_count,
    sum(is_island) as island_count,
    cast(cast(sum(is_island) as decimal(18, 4)) / count(*) as decimal(9, 6)) as island_share,
    cast(1 as decimal(9, 6)) as island_share_before
from customer
group by party_type
