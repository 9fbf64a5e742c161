-- Features that were written after their month, labels that were decided before their window was over, and windows that reach into the observation month.
-- A feature of a past month that is added later with what is known today has today's date here, and stops the release.
select
    'feature' as kind,
    month,
    known_on as known_on,
    cast(month + interval '1 month' - interval '1 day' as date) as limit_date,
    count(*) as row_count
from int_churn_feature
where month >= cast(date_trunc('month', biz_date()) as date) - interval '24 months'
    and (known_on < month or known_on >= month + interval '1 month')
group by month, known_on
union all
select
    'label' as kind,
    month,
    decided_on as known_on,
    cast(outcome_month + interval '1 month' - interval '1 day' as date) as limit_date,
    count(*) as row_count
from agg_churn_label_month
where month >= cast(date_trunc('month', biz_date()) as date) - interval '24 months'
    and (decided_on < outcome_month + interval '1 month' - interval '1 day' or outcome_month <= month)
group by month, decided_on, outcome_month
