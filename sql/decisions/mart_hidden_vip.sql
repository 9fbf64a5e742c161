-- Owners of small businesses whose turnover is large and whose money is elsewhere (高价值个体工商户, domain specification, section
-- 5.5): a tier below GOLD, evidence of a business, and a turnover of a million a year over own accounts and those of the shops. Who refuses
-- profiling is not on it.
select
    evidenced.customer_id,
    tier.tier,
    evidenced.aum_month_avg,
    evidenced.turnover_12m,
    case
        when evidenced.turnover_12m >= 10000000 then '10M'
        when evidenced.turnover_12m >= 3000000 then '3M'
        else '1M'
    end as turnover_band,
    evidenced.evidence_codes,
    'turnover of ' || cast(evidenced.turnover_12m as varchar) || ' in twelve months, average balance '
    || cast(evidenced.aum_month_avg as varchar) || '; business known by ' || evidenced.evidence_codes as reason
from int_proprietor_evidence as evidenced
inner join int_customer_tier as tier on evidenced.customer_id = tier.customer_id and tier.scheme_id = 'person'
inner join ref_tier as gold on gold.scheme_id = 'person' and gold.tier = 'GOLD'
left join int_profiling_refused as refused on evidenced.customer_id = refused.customer_id
where tier.tier_rank < gold.tier_rank
    and evidenced.turnover_12m >= parameter('hidden_vip_turnover_min')
    and refused.customer_id is null
