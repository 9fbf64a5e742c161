-- What was known of each borrower at the end of each month, for the model of default (requirement GEN-20): how it pays, what it owes, what it holds. Only
-- what is known on the business date goes in, and nothing of sex, age or place; shares are bounded, so that one borrower does not outweigh the
-- others. A month's row is what its last business date said.
with

debt as (

    select
        xref.customer_id,
        count(*) as loan_count,
        sum(cast(loan.balance * rate.middle_rate as decimal(18, 2))) as loan_balance,
        sum(cast(loan.principal * rate.middle_rate as decimal(18, 2))) as principal,
        sum(cast((loan.overdue_principal + loan.overdue_interest) * rate.middle_rate as decimal(18, 2))) as overdue_amount,
        max(loan.five_class) as five_class_max,
        min(loan.start_date) as start_date
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where loan.balance > 0
    group by xref.customer_id

),

-- This month and the five before; of each month the worst loan.
paid as (

    select
        customer_id,
        sum(case when month = cast(date_trunc('month', biz_date()) as date) then days_past_due else 0 end) as days_past_due,
        max(days_past_due) as days_past_due_max_6m,
        sum(case when days_past_due > 0 then 1 else 0 end) as overdue_month_count_6m,
        count(*) as month_count_6m
    from (
        select xref.customer_id, exposure.month, max(exposure.days_past_due) as days_past_due
        from agg_exposure_month as exposure
        inner join dim_customer_xref as xref
            on exposure.source_system = xref.source_system and exposure.source_customer_no = xref.source_customer_no
        where exposure.month > cast(date_trunc('month', biz_date()) as date) - interval '6 months'
        group by xref.customer_id, exposure.month
    ) as months
    group by customer_id

),

-- The source tells the instalments that are not paid, those of the last three months, and the next.
instalment as (

    select
        xref.customer_id,
        sum(case when instalment.due_date <= biz_date() and instalment.settle_date is null then 1 else 0 end) as overdue_term_count,
        sum(case when instalment.settle_date > instalment.due_date then 1 else 0 end) as late_term_count_3m,
        max(
            case
                when instalment.due_date <= biz_date()
                    then greatest(cast(coalesce(instalment.settle_date, biz_date()) as int) - cast(instalment.due_date as int), 0)
                else 0
            end
        ) as late_days_max_3m,
        sum(
            case
                when instalment.settle_date is null and instalment.due_date > biz_date() and instalment.due_date <= biz_date() + interval '1 month'
                    then cast((instalment.due_amount - instalment.paid_amount) * rate.middle_rate as decimal(18, 2))
                else 0
            end
        ) as instalment_month
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join int_loan_instalment as instalment on loan.source_system = instalment.source_system and loan.loan_no = instalment.loan_no
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where loan.balance > 0
    group by xref.customer_id

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    debt.customer_id,
    metrics.party_type,
    biz_date() as known_on,
    cast(debt.loan_count as bigint) as loan_count,
    cast(debt.loan_balance as decimal(18, 2)) as loan_balance,
    cast(coalesce(paid.days_past_due, 0) as bigint) as days_past_due,
    cast(coalesce(paid.days_past_due_max_6m, 0) as bigint) as days_past_due_max_6m,
    cast(coalesce(paid.overdue_month_count_6m, 0) as bigint) as overdue_month_count_6m,
    cast(coalesce(paid.month_count_6m, 0) as bigint) as month_count_6m,
    cast(coalesce(instalment.overdue_term_count, 0) as bigint) as overdue_term_count,
    cast(coalesce(instalment.late_term_count_3m, 0) as bigint) as late_term_count_3m,
    cast(coalesce(instalment.late_days_max_3m, 0) as bigint) as late_days_max_3m,
    debt.five_class_max,
    cast(
        least(cast(debt.overdue_amount as decimal(28, 8)) / cast(debt.loan_balance as decimal(18, 2)), 1) as decimal(9, 6)
    ) as overdue_share,
    cast(
        case
            when debt.principal > 0
                then least(greatest(1 - cast(debt.loan_balance as decimal(28, 8)) / cast(debt.principal as decimal(18, 2)), 0), 1)
            else 0
        end as decimal(9, 6)
    ) as paid_back_share,
    cast(
        greatest(
            (date_part('year', biz_date()) - date_part('year', debt.start_date)) * 12 + date_part('month', biz_date()) - date_part('month', debt.start_date)
            - case when date_part('day', biz_date()) < date_part('day', debt.start_date) then 1 else 0 end,
            0
        ) as bigint
    ) as loan_months,
    cast(
        case
            when metrics.card_limit > 0
                then least(greatest(cast(metrics.card_balance as decimal(28, 8)) / cast(metrics.card_limit as decimal(18, 2)), 0), 2)
            else 0
        end as decimal(9, 4)
    ) as card_utilisation,
    cast(
        least(greatest(cast(metrics.aum_month_avg as decimal(28, 8)) / cast(debt.loan_balance as decimal(18, 2)), 0), 10) as decimal(9, 4)
    ) as deposit_cover,
    cast(
        case
            when coalesce(instalment.instalment_month, 0) = 0 then 0
            when metrics.external_credit_3m > 0
                then least(cast(instalment.instalment_month * 3 as decimal(28, 8)) / cast(metrics.external_credit_3m as decimal(18, 2)), 5)
            else 5
        end as decimal(9, 4)
    ) as instalment_share,
    cast(least(greatest(coalesce(metrics.aum_growth_3m, 0), -1), 5) as decimal(9, 4)) as aum_growth_3m,
    metrics.salary_months_3m,
    cast(least(coalesce(metrics.days_since_last_txn, 365), 365) as bigint) as days_since_last_txn,
    metrics.tenure_months,
    coalesce(paid.days_past_due > parameter('default_days'), false) as is_in_default
from debt
inner join int_customer_metrics as metrics on debt.customer_id = metrics.customer_id
left join paid on debt.customer_id = paid.customer_id
left join instalment on debt.customer_id = instalment.customer_id
where debt.loan_balance > 0
