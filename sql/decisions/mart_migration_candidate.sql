-- Customers who cost the counter much and bring little, and can be shown other ways (domain specification, section 5.5; requirement
-- ABC-7d). All conditions must hold, so that nobody is sent away who will be worth more, or who needs the counter; who refuses
-- profiling is not on it.
with

ranked as (

    select
        metrics.customer_id,
        metrics.age_years,
        metrics.customer_txn_count_3m,
        metrics.echannel_share_3m,
        coalesce(contribution.contribution, 0) as contribution,
        rank() over (order by coalesce(contribution.contribution, 0)) as place,
        count(*) over () as customer_count
    from int_customer_metrics as metrics
    left join agg_customer_contribution as contribution on metrics.customer_id = contribution.customer_id
    where metrics.party_type = 'PERSON' and metrics.product_count > 0

)

select
    ranked.customer_id,
    cast(ranked.contribution as decimal(18, 2)) as contribution_month,
    ranked.customer_txn_count_3m,
    cast(1 - ranked.echannel_share_3m as decimal(9, 6)) as counter_share_3m
from ranked
left join int_potential_vip as potential on ranked.customer_id = potential.customer_id and potential.is_listed
left join mart_hidden_vip as hidden on ranked.customer_id = hidden.customer_id
left join int_profiling_refused as refused on ranked.customer_id = refused.customer_id
where ranked.place * 10 <= ranked.customer_count * 3
    and ranked.customer_txn_count_3m > 0
    and 1 - ranked.echannel_share_3m >= 0.5
    and ranked.age_years < 70
    and potential.customer_id is null
    and hidden.customer_id is null
    and refused.customer_id is null
