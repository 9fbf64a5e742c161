-- One row per golden customer on this business date; everything else that is computed ends here.
with

churn as (

    -- A customer may show both signs; the stronger one is shown.
    select customer_id, min(churn_rule) as churn_rule, first_value(reason order by churn_rule) as reason
    from mart_churn_flag
    group by customer_id

)

select
    customer.customer_id,
    biz_date() as biz_date,
    customer.party_type,
    customer.customer_name,
    customer.sex,
    metrics.age_years,
    customer.mobile,
    customer.region_code,
    customer.occupation,
    customer.branch_no,
    customer.open_date,
    metrics.tenure_months,
    customer.record_count,
    customer.system_count,
    customer.document_status,
    customer.is_inferred,
    stage.relationship_stage,
    stage.life_stage,
    tier.tier,
    tier.tier_status,
    tier.tier_next,
    tier.near_up_tier,
    value_class.tier as value_class,
    abcd.abcd_class,
    gold.gold_score,
    vip.customer_id is not null as is_vip_list,
    vip.reason_codes as vip_reason_codes,
    segment.segment,
    segment.segment_name,
    churn.churn_rule,
    churn.reason as churn_reason,
    metrics.aum_balance,
    metrics.aum_month_avg,
    metrics.aum_month_projected,
    metrics.aum_quarter_avg,
    metrics.aum_year_avg,
    metrics.aum_month_avg_3m_ago,
    metrics.aum_growth_3m,
    metrics.demand_balance,
    metrics.time_balance,
    metrics.wealth_balance,
    metrics.loan_balance,
    metrics.card_balance,
    metrics.liability_balance,
    metrics.card_limit,
    metrics.days_past_due,
    metrics.net_inflow_3m,
    metrics.external_credit_3m,
    metrics.salary_months_3m,
    metrics.customer_txn_count_3m,
    metrics.echannel_txn_count_3m,
    metrics.echannel_share_3m,
    metrics.days_since_last_txn,
    metrics.last_customer_txn_at,
    preference.preferred_channel,
    rfm.rfm,
    metrics.product_count,
    cast(coalesce(contribution.contribution, 0) as decimal(18, 2)) as contribution_month,
    cast(coalesce(contribution.eva, 0) as decimal(18, 2)) as eva_month,
    contribution.raroc,
    year.contribution_12m,
    year.eva_12m,
    wallet.share_of_wallet_proxy,
    relation.satisfaction_index,
    relation.loyalty_index,
    relation.contribution_index,
    relation.dependence_index,
    coalesce(household.member_count, 1) as household_member_count,
    coalesce(company_group.member_count, 1) as group_member_count,
    coalesce(proprietor.shop_count, 0) as shop_count,
    proprietor.aum_month_avg_with_shops,
    proprietor.tier_with_shops
from dim_customer as customer
inner join int_customer_metrics as metrics on customer.customer_id = metrics.customer_id
left join int_customer_stage as stage on customer.customer_id = stage.customer_id
left join int_customer_tier as tier on customer.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join int_customer_tier as value_class on customer.customer_id = value_class.customer_id and value_class.scheme_id = 'class3'
left join mart_vip_list as vip on customer.customer_id = vip.customer_id
left join mart_abcd_class as abcd on customer.customer_id = abcd.customer_id
left join int_gold_score as gold
    on customer.customer_id = gold.customer_id and gold.month = cast(date_trunc('month', biz_date()) as date)
left join int_channel_preference as preference on customer.customer_id = preference.customer_id
left join int_rfm_score as rfm on customer.customer_id = rfm.customer_id
left join agg_contribution_year as year on customer.customer_id = year.customer_id
left join int_share_of_wallet as wallet on customer.customer_id = wallet.customer_id
left join int_relation_index as relation on customer.customer_id = relation.customer_id
left join mart_segment as segment on customer.customer_id = segment.customer_id
left join churn on customer.customer_id = churn.customer_id
left join agg_customer_contribution as contribution on customer.customer_id = contribution.customer_id
left join dim_household as household on customer.customer_id = household.customer_id
left join dim_customer_group as company_group on customer.customer_id = company_group.customer_id
left join int_proprietor_tier as proprietor on customer.customer_id = proprietor.customer_id
