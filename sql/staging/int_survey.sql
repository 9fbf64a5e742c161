-- Answers to surveys. A bank with other systems replaces this file.
select
    'core' as source_system,
    survey_id,
    src_cust_no as source_customer_no,
    cast(answered_at + cast(cast(parameter('utc_offset_hours') as varchar) || ' hours' as interval) as date) as survey_date,
    case when kind = 'CSAT' and score >= 1 and score <= 5 then cast((score - 1) * 25 as decimal(9, 2)) end as satisfaction_score,
    case when kind = 'NPS' then score end as recommendation_score
from raw_crm__survey
where biz_date <= biz_date()
