-- What keeping customers is expected to bring, by whom one contacts (requirement GEN-21; domain specification, section 6.5): save rate x probability x
-- value less the cost of each contact, over the persons whom the model scores and who may be contacted. WORTH: everybody for whom a contact
-- pays, the most that can be had.
with

policy as (

    select * from (values ('NONE'), ('ALL'), ('TOP_DECILE'), ('FLAGGED'), ('RULE'), ('WORTH')) as policies (policy)

),

contacted as (

    select policy.policy, risk.model_version, risk.probability, risk.value_at_risk, risk.contact_profit
    from policy
    left join (select * from mart_churn_risk where probability is not null) as risk
        on policy.policy = 'ALL'
        or (policy.policy = 'TOP_DECILE' and risk.decile = 1)
        or (policy.policy = 'FLAGGED' and risk.is_flagged)
        or (policy.policy = 'RULE' and risk.churn_rule is not null)
        or (policy.policy = 'WORTH' and risk.is_worth_contact)

)

select
    policy,
    max(model_version) as model_version,
    cast(count(probability) as bigint) as contact_count,
    cast(coalesce(sum(probability), 0) as decimal(18, 2)) as leaver_count_expected,
    cast(coalesce(sum(value_at_risk), 0) as decimal(18, 2)) as value_at_risk,
    cast(coalesce(sum(contact_profit), 0) + count(probability) * parameter('churn_contact_cost') as decimal(18, 2)) as saved_amount,
    cast(count(probability) * parameter('churn_contact_cost') as decimal(18, 2)) as contact_cost,
    cast(coalesce(sum(contact_profit), 0) as decimal(18, 2)) as profit
from contacted
group by policy
