-- One row per golden customer on this business date; everything else that is computed ends here. The widest table comes first: it is read row by row, all
-- others are held in memory.
select
    metrics.customer_id,
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
    standing.tier,
    standing.tier_status,
    standing.tier_next,
    standing.near_up_tier,
    standing.value_class,
    standing.abcd_class,
    standing.gold_score,
    standing.is_vip_list,
    standing.vip_reason_codes,
    standing.segment,
    standing.segment_name,
    standing.churn_rule,
    standing.churn_reason,
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
from int_customer_metrics as metrics
left join dim_customer as customer on metrics.customer_id = customer.customer_id
left join int_customer_standing as standing on metrics.customer_id = standing.customer_id
left join int_customer_stage as stage on metrics.customer_id = stage.customer_id
left join int_channel_preference as preference on metrics.customer_id = preference.customer_id
left join int_rfm_score as rfm on metrics.customer_id = rfm.customer_id
left join agg_contribution_year as year on metrics.customer_id = year.customer_id
left join int_share_of_wallet as wallet on metrics.customer_id = wallet.customer_id
left join int_relation_index as relation on metrics.customer_id = relation.customer_id
left join agg_customer_contribution as contribution on metrics.customer_id = contribution.customer_id
left join dim_household as household on metrics.customer_id = household.customer_id
left join dim_customer_group as company_group on metrics.customer_id = company_group.customer_id
left join int_proprietor_tier as proprietor on metrics.customer_id = proprietor.customer_id
