-- Who is in default already needs no prediction.
select
    customer_id,
    month,
    known_on,
    party_type,
    loan_count,
    loan_balance,
    days_past_due,
    days_past_due_max_6m,
    overdue_month_count_6m,
    month_count_6m,
    overdue_term_count,
    late_term_count_3m,
    late_days_max_3m,
    five_class_max,
    overdue_share,
    paid_back_share,
    loan_months,
    card_utilisation,
    deposit_cover,
    instalment_share,
    aum_growth_3m,
    salary_months_3m,
    days_since_last_txn,
    tenure_months
from int_default_feature
where month = cast(date_trunc('month', biz_date()) as date) and not is_in_default
