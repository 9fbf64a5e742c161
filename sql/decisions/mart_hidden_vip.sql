-- Owners of small businesses whose turnover is large and whose money is elsewhere (高价值个体工商户, domain specification, section
-- 5.5): a tier below GOLD, evidence of a business, and a turnover of a million a year over own accounts and those of the shops.
with

shop as (

    select
        relation.customer_id,
        count(*) as shop_count,
        sum(metrics.turnover_12m) as turnover_12m
    from (
        select customer_id, other_customer_id
        from dim_customer_relation
        where relation = 'OWNER'
        group by customer_id, other_customer_id
    ) as relation
    inner join int_customer_metrics as metrics on relation.other_customer_id = metrics.customer_id and metrics.party_type = 'ORG'
    group by relation.customer_id

),

code as (

    -- Codes that begin with 92 are those of sole proprietors (GB 32100-2015).
    select xref.customer_id
    from int_proprietor as proprietor
    inner join dim_customer_xref as xref
        on proprietor.source_system = xref.source_system and proprietor.source_customer_no = xref.source_customer_no
    where substr(trim(proprietor.business_uscc), 1, 2) = '92'
    group by xref.customer_id

),

evidenced as (

    select
        metrics.customer_id,
        metrics.aum_month_avg,
        cast(metrics.turnover_12m + coalesce(shop.turnover_12m, 0) as decimal(18, 2)) as turnover_12m,
        concat_ws(
            ',',
            case when code.customer_id is not null then 'CREDIT_CODE' end,
            case when shop.shop_count > 0 then 'OWNER' end,
            case when profile.is_proprietor then 'DECLARED' end,
            case when acquiring.customer_id is not null then 'ACQUIRING' end
        ) as evidence_codes
    from int_customer_metrics as metrics
    left join shop on metrics.customer_id = shop.customer_id
    left join code on metrics.customer_id = code.customer_id
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    left join (
        select xref.customer_id
        from int_agreement as agreement
        inner join dim_customer_xref as xref
            on agreement.source_system = xref.source_system and agreement.source_customer_no = xref.source_customer_no
        where agreement.agreement_kind = 'ACQUIRING' and coalesce(agreement.end_date, date '9999-12-31') >= biz_date()
        group by xref.customer_id
    ) as acquiring on metrics.customer_id = acquiring.customer_id
    where metrics.party_type = 'PERSON' and not coalesce(profile.is_deceased, false)

)

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
from evidenced
inner join int_customer_tier as tier on evidenced.customer_id = tier.customer_id and tier.scheme_id = 'person'
inner join ref_tier as gold on gold.scheme_id = 'person' and gold.tier = 'GOLD'
where tier.tier_rank < gold.tier_rank
    and evidenced.evidence_codes <> ''
    and evidenced.turnover_12m >= parameter('hidden_vip_turnover_min')
