with churn as (
    select customer_id, min(churn_rule) as churn_rule, first(reason order by churn_rule) as churn_reason from mart_churn_flag group by customer_id
)
select customer.customer_id, customer.party_type, customer.customer_name, customer.sex, customer.mobile, customer.region_code, customer.occupation,
    customer.branch_no, customer.open_date, customer.record_count, customer.system_count, customer.document_status, customer.is_inferred,
    metrics.* exclude (customer_id, party_type), stage.relationship_stage, stage.life_stage, tier.tier, tier.tier_status, tier.tier_next,
    tier.near_up_tier, value_class.tier as value_class, abcd.abcd_class, gold.gold_score, vip.reason_codes, segment.segment, segment.segment_name,
    churn.churn_rule, churn.churn_reason, preference.preferred_channel, year.contribution_12m, year.eva_12m, wallet.share_of_wallet_proxy,
    relation.loyalty_index, relation.contribution_index, relation.dependence_index, contribution.contribution, contribution.eva, contribution.raroc,
    household.member_count, company_group.member_count as group_member_count
from dim_customer as customer
inner join int_customer_metrics as metrics on customer.customer_id = metrics.customer_id
left join int_customer_stage as stage on customer.customer_id = stage.customer_id
left join int_customer_tier as tier on customer.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join int_customer_tier as value_class on customer.customer_id = value_class.customer_id and value_class.scheme_id = 'class3'
left join mart_vip_list as vip on customer.customer_id = vip.customer_id
left join mart_abcd_class as abcd on customer.customer_id = abcd.customer_id
left join int_gold_score as gold on customer.customer_id = gold.customer_id and gold.month = date_trunc('month', date '{date}')
left join int_channel_preference as preference on customer.customer_id = preference.customer_id
left join agg_contribution_year as year on customer.customer_id = year.customer_id
left join int_share_of_wallet as wallet on customer.customer_id = wallet.customer_id
left join int_relation_index as relation on customer.customer_id = relation.customer_id
left join mart_segment as segment on customer.customer_id = segment.customer_id
left join churn on customer.customer_id = churn.customer_id
left join agg_customer_contribution as contribution on customer.customer_id = contribution.customer_id
left join dim_household as household on customer.customer_id = household.customer_id
left join dim_customer_group as company_group on customer.customer_id = company_group.customer_id
