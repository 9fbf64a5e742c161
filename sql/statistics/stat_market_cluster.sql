-- Where market_proprietor_min sole proprietors and more have one address, up to the number of the stall, there is a market.
select
    place.market_address,
    cast(count(*) as bigint) as proprietor_count,
    cast(sum(case when hidden.customer_id is not null then 1 else 0 end) as bigint) as hidden_count,
    cast(sum(evidence.turnover_12m) as decimal(18, 2)) as turnover_12m
from int_proprietor_evidence as evidence
inner join (
    select customer_id, regexp_replace(trim(address), '[A-Za-z0-9-]+(号|室|铺|摊位|摊|档)?$', '') as market_address
    from dim_customer
    where address is not null
) as place on evidence.customer_id = place.customer_id
left join mart_hidden_vip as hidden on evidence.customer_id = hidden.customer_id
where character_length(place.market_address) >= 4
group by place.market_address
having count(*) >= parameter('market_proprietor_min')
