-- Four measures from 0 to 100 (domain specification, section 4.15):
--   satisfaction = 0.6 survey + 0.4 (100 - 25 for each complaint of twelve months); null without a survey, never a middle value
--   loyalty = 0.4 tenure percentile + 0.3 product percentile + 0.3 x 100 x (1 - churn probability)
--   contribution = percentile of the economic value added of twelve months
--   dependence = 100 x (0.4 share of wallet + 0.2 salary + 0.2 loan + 0.2 settlement of a business)
-- A percentile is (rank - 1) / (n - 1) among persons or among organisations; ties share the lower one.
with

complaint as (

    select xref.customer_id, count(*) as complaint_count
    from int_contact as contact
    inner join dim_customer_xref as xref
        on contact.source_system = xref.source_system and contact.source_customer_no = xref.source_customer_no
    where contact.outcome = 'complaint' and contact.contact_at > biz_date() - interval '12 months'
    group by xref.customer_id

),

survey as (

    select xref.customer_id, last_value(survey.satisfaction_score order by survey.survey_date, survey.survey_id) as satisfaction_score
    from int_survey as survey
    inner join dim_customer_xref as xref
        on survey.source_system = xref.source_system and survey.source_customer_no = xref.source_customer_no
    where survey.satisfaction_score is not null
    group by xref.customer_id

),

settlement as (

    select xref.customer_id
    from int_agreement as agreement
    inner join dim_customer_xref as xref
        on agreement.source_system = xref.source_system and agreement.source_customer_no = xref.source_customer_no
    where agreement.agreement_kind in ('ACQUIRING', 'PAYROLL_ORG') and coalesce(agreement.end_date, date '9999-12-31') >= biz_date()
    group by xref.customer_id

),

known as (

    select
        metrics.customer_id,
        metrics.party_type,
        metrics.salary_months_3m > 0 as has_salary,
        metrics.loan_balance > 0 as has_loan,
        settlement.customer_id is not null as has_settlement,
        wallet.share_of_wallet_proxy,
        churn.churn_probability,
        survey.satisfaction_score,
        coalesce(complaint.complaint_count, 0) as complaint_count,
        count(*) over (partition by metrics.party_type) as n,
        rank() over (partition by metrics.party_type order by metrics.tenure_months) as tenure_rank,
        rank() over (partition by metrics.party_type order by metrics.product_count) as product_rank,
        rank() over (partition by metrics.party_type order by coalesce(year.eva_12m, 0)) as eva_rank
    from int_customer_metrics as metrics
    left join agg_contribution_year as year on metrics.customer_id = year.customer_id
    left join int_churn_probability as churn on metrics.customer_id = churn.customer_id
    left join int_share_of_wallet as wallet on metrics.customer_id = wallet.customer_id
    left join survey on metrics.customer_id = survey.customer_id
    left join complaint on metrics.customer_id = complaint.customer_id
    left join settlement on metrics.customer_id = settlement.customer_id

),

percentile as (

    select
        *,
        cast(100 * cast(tenure_rank - 1 as decimal(18, 6)) / cast(greatest(n - 1, 1) as decimal(18, 0)) as decimal(9, 4)) as tenure_percentile,
        cast(100 * cast(product_rank - 1 as decimal(18, 6)) / cast(greatest(n - 1, 1) as decimal(18, 0)) as decimal(9, 4)) as product_percentile,
        cast(100 * cast(eva_rank - 1 as decimal(18, 6)) / cast(greatest(n - 1, 1) as decimal(18, 0)) as decimal(9, 4)) as eva_percentile
    from known

)

select
    customer_id,
    cast(tenure_percentile as decimal(9, 2)) as tenure_percentile,
    cast(product_percentile as decimal(9, 2)) as product_percentile,
    cast(0.6 * satisfaction_score + 0.4 * greatest(100 - 25 * complaint_count, 0) as decimal(9, 2)) as satisfaction_index,
    cast(0.4 * tenure_percentile + 0.3 * product_percentile + 0.3 * 100 * (1 - coalesce(churn_probability, 0)) as decimal(9, 2)) as loyalty_index,
    cast(eva_percentile as decimal(9, 2)) as contribution_index,
    cast(
        40 * coalesce(share_of_wallet_proxy, 0) + case when has_salary then 20 else 0 end + case when has_loan then 20 else 0 end
        + case when has_settlement then 20 else 0 end as decimal(9, 2)
    ) as dependence_index
from percentile
