-- Relationship in numbers (requirement GEN-19). Net promoter score: share of 9 and 10 less share of 0 to 6 among the last answers of twelve months, times 100.
with

bought as (

    select xref.customer_id, count(*) as position_count
    from int_position as position
    inner join dim_customer_xref as xref
        on position.source_system = xref.source_system and position.source_customer_no = xref.source_customer_no
    where position.open_date > biz_date() - interval '12 months'
    group by xref.customer_id

),

interaction as (

    select customer_id, sum(interaction_count) as interaction_count
    from (
        select xref.customer_id, count(*) as interaction_count
        from int_contact as contact
        inner join dim_customer_xref as xref
            on contact.source_system = xref.source_system and contact.source_customer_no = xref.source_customer_no
        where contact.contact_at > biz_date() - interval '30 days'
        group by xref.customer_id
        union all
        select xref.customer_id, sum(signup.login_count_30d) as interaction_count
        from int_channel_signup as signup
        inner join dim_customer_xref as xref
            on signup.source_system = xref.source_system and signup.source_customer_no = xref.source_customer_no
        group by xref.customer_id
    ) as counted
    group by customer_id

),

recommendation as (

    select xref.customer_id, last_value(survey.recommendation_score order by survey.survey_date, survey.survey_id) as recommendation_score
    from int_survey as survey
    inner join dim_customer_xref as xref
        on survey.source_system = xref.source_system and survey.source_customer_no = xref.source_customer_no
    where survey.recommendation_score is not null and survey.survey_date > biz_date() - interval '12 months'
    group by xref.customer_id

)

select
    metrics.party_type,
    coalesce(tier.tier, 'NONE') as tier,
    cast(count(*) as bigint) as customer_count,
    cast(cast(sum(metrics.product_count) as decimal(18, 8)) / cast(count(*) as decimal(18, 0)) as decimal(18, 4)) as cross_sell_ratio,
    cast(count(bought.customer_id) as bigint) as buyer_count,
    cast(
        case
            when count(bought.customer_id) > 0
                then cast(sum(case when bought.position_count >= 2 then 1 else 0 end) as decimal(18, 8)) / cast(count(bought.customer_id) as decimal(18, 0))
        end as decimal(9, 6)
    ) as repurchase_rate,
    cast(cast(sum(coalesce(interaction.interaction_count, 0)) as decimal(18, 8)) / cast(count(*) as decimal(18, 0)) as decimal(18, 4)) as interactions_30d,
    cast(count(recommendation.customer_id) as bigint) as recommendation_count,
    cast(
        case
            when count(recommendation.customer_id) > 0
                then 100 * cast(
                    sum(case when recommendation.recommendation_score >= 9 then 1 when recommendation.recommendation_score <= 6 then -1 else 0 end)
                    as decimal(18, 8)
                ) / cast(count(recommendation.customer_id) as decimal(18, 0))
        end as decimal(9, 2)
    ) as net_promoter_score
from int_customer_metrics as metrics
left join int_customer_tier as tier on metrics.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join bought on metrics.customer_id = bought.customer_id
left join interaction on metrics.customer_id = interaction.customer_id
left join recommendation on metrics.customer_id = recommendation.customer_id
where metrics.product_count > 0
group by metrics.party_type, coalesce(tier.tier, 'NONE')
