-- Persons of whom something says that they have a business, and their turnover of twelve months with that of their shops; what went back to where it came
-- from is taken off (domain specification, section 5.5).
with

code as (

    -- Codes that begin with 92 are those of sole proprietors (GB 32100-2015).
    select xref.customer_id
    from int_proprietor as proprietor
    inner join dim_customer_xref as xref
        on proprietor.source_system = xref.source_system and proprietor.source_customer_no = xref.source_customer_no
    where substr(trim(proprietor.business_uscc), 1, 2) = '92'
    group by xref.customer_id

),

trip as (

    -- A receipt that was found twice is taken off once.
    select source_system, txn_id, max(account_no) as account_no, max(amount) as amount
    from agg_round_trip_month
    where month > cast(date_trunc('month', biz_date()) as date) - interval '12 months'
    group by source_system, txn_id

),

round_trip as (

    select xref.customer_id, sum(trip.amount) as amount
    from (
        select account.source_system, account.source_customer_no, trip.amount
        from trip
        inner join int_account as account on trip.source_system = account.source_system and trip.account_no = account.account_no
        union all
        -- Taken off as the turnover was shared.
        select share.source_system, share.source_customer_no, cast(trip.amount * share.signed_share as decimal(18, 2)) as amount
        from trip
        inner join int_joint_share as share on trip.source_system = share.source_system and trip.account_no = share.account_no
    ) as trip
    inner join dim_customer_xref as xref
        on trip.source_system = xref.source_system and trip.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

shop as (

    select
        relation.customer_id,
        count(*) as shop_count,
        sum(greatest(metrics.turnover_12m - coalesce(round_trip.amount, 0), 0)) as turnover_12m
    from (
        select customer_id, other_customer_id
        from dim_customer_relation
        where relation = 'OWNER'
        group by customer_id, other_customer_id
    ) as relation
    inner join int_customer_metrics as metrics on relation.other_customer_id = metrics.customer_id and metrics.party_type = 'ORG'
    left join round_trip on metrics.customer_id = round_trip.customer_id
    group by relation.customer_id

)

select *
from (
    select
        metrics.customer_id,
        metrics.aum_month_avg,
        cast(greatest(metrics.turnover_12m - coalesce(round_trip.amount, 0), 0) + coalesce(shop.turnover_12m, 0) as decimal(18, 2)) as turnover_12m,
        concat_ws(
            ',',
            case when code.customer_id is not null then 'CREDIT_CODE' end,
            case when shop.shop_count > 0 then 'OWNER' end,
            case when profile.is_proprietor then 'DECLARED' end,
            case when acquiring.customer_id is not null then 'ACQUIRING' end,
            case when behaviour.is_business_like then 'BEHAVIOUR' end
        ) as evidence_codes
    from int_customer_metrics as metrics
    left join shop on metrics.customer_id = shop.customer_id
    left join round_trip on metrics.customer_id = round_trip.customer_id
    left join int_trading_behaviour as behaviour on metrics.customer_id = behaviour.customer_id
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
) as evidenced
where evidenced.evidence_codes <> ''
