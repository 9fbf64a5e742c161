-- Where each customer stands (domain specification, section 8). With the bank: LOST holds nothing; DORMANT by mart_churn_flag; WON_BACK was one of
-- these less than half a year ago; NEW for six months; DECLINING and GROWING by a tenth in three months. In life: by age and what is known.
with

mortgage as (

    select xref.customer_id
    from int_loan as loan
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where loan.loan_kind in ('MORTGAGE', 'HPF_LOAN') and loan.start_date > biz_date() - interval '5 years'
    group by xref.customer_id

),

owner as (

    select customer_id from dim_customer_relation where relation = 'OWNER' group by customer_id

),

staged as (

    select
        metrics.customer_id,
        before.relationship_stage as relationship_stage_before,
        before.stage_since,
        case
            when metrics.product_count = 0 then 'LOST'
            when flag.customer_id is not null then 'DORMANT'
            when before.relationship_stage in ('LOST', 'DORMANT')
                or (before.relationship_stage = 'WON_BACK' and before.stage_since > biz_date() - interval '6 months') then 'WON_BACK'
            when metrics.tenure_months < 6 then 'NEW'
            when metrics.aum_growth_3m < -0.10 then 'DECLINING'
            when metrics.aum_growth_3m > 0.10 then 'GROWING'
            else 'MATURE'
        end as relationship_stage,
        case
            when metrics.party_type <> 'PERSON' then null
            when owner.customer_id is not null or profile.is_proprietor then 'BUSINESS_OWNER'
            when profile.is_student then 'STUDENT'
            when metrics.age_years >= 60 then 'RETIRED'
            when metrics.age_years >= 55 then 'PRE_RETIREMENT'
            when metrics.age_years >= 35 then 'ESTABLISHED'
            when profile.is_married or mortgage.customer_id is not null then 'FAMILY_FORMATION'
            when metrics.age_years between 22 and 29 and metrics.salary_months_3m > 0 then 'EARLY_CAREER'
        end as life_stage
    from int_customer_metrics as metrics
    left join (select customer_id from mart_churn_flag where churn_rule = 'DORMANT') as flag on metrics.customer_id = flag.customer_id
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    left join mortgage on metrics.customer_id = mortgage.customer_id
    left join owner on metrics.customer_id = owner.customer_id
    left join previous('int_customer_stage') as before on metrics.customer_id = before.customer_id

)

select
    customer_id,
    relationship_stage,
    relationship_stage_before,
    case when relationship_stage = relationship_stage_before then stage_since else biz_date() end as stage_since,
    life_stage
from staged
