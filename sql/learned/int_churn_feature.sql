-- What is known tonight of each person who could leave: active, with a base, no longer new, and allowed to be profiled (domain specification, sections
-- 6.2 and 6.4). A night writes its own month only, from what it knows then; the row of a month's last night stands, and nothing that is learnt later
-- reaches it. What the history is too short for is null.
with

-- Months by how long ago they are, this one 0; without a row in a month that is known there was nothing.
month as (

    select
        customer_id,
        sum(case when months_ago < 3 then aum else 0 end) as aum_sum_3m,
        sum(case when months_ago < 6 then aum else 0 end) as aum_sum_6m,
        sum(aum) as aum_sum_12m,
        -- Twice the distance from the middle of the months, so that it is whole.
        sum(case when months_ago < 3 then aum * (2 - 2 * months_ago) else 0 end) as aum_tilt_3m,
        sum(case when months_ago < 6 then aum * (5 - 2 * months_ago) else 0 end) as aum_tilt_6m,
        sum(aum * (11 - 2 * months_ago)) as aum_tilt_12m,
        sum(case when months_ago = 0 then aum else 0 end) as aum_0,
        sum(case when months_ago = 1 then aum else 0 end) as aum_1,
        sum(case when months_ago = 2 then aum else 0 end) as aum_2,
        sum(case when months_ago = 3 then aum else 0 end) as aum_3,
        sum(case when months_ago = 4 then aum else 0 end) as aum_4,
        sum(case when months_ago = 5 then aum else 0 end) as aum_5,
        sum(case when months_ago between 3 and 5 then customer_txn_count else 0 end) as customer_txn_count_before,
        sum(case when months_ago between 3 and 5 then echannel_txn_count else 0 end) as echannel_txn_count_before,
        sum(case when months_ago between 3 and 5 and salary_amount > 0 then 1 else 0 end) as salary_months_before
    from (
        select
            customer_id,
            greatest(aum_avg, 0) as aum,
            customer_txn_count,
            echannel_txn_count,
            salary_amount,
            cast(
                (date_part('year', biz_date()) - date_part('year', month)) * 12 + date_part('month', biz_date()) - date_part('month', month) as bigint
            ) as months_ago
        from agg_customer_month
        where month >= cast(date_trunc('month', biz_date()) as date) - interval '11 months'
    ) as dated
    group by customer_id

),

calendar as (

    select
        history.first_month,
        biz_date() = today.month_end or today.next_business_day > today.month_end as is_month_over
    from (
        select next_business_day, cast(date_trunc('month', date) + interval '1 month' - interval '1 day' as date) as month_end
        from dim_calendar
        where date = biz_date()
    ) as today
    cross join int_history_start as history

),

person as (

    select
        calendar.is_month_over,
        calendar.first_month <= cast(date_trunc('month', biz_date()) as date) - interval '5 months' as knows_6m,
        calendar.first_month <= cast(date_trunc('month', biz_date()) as date) - interval '11 months' as knows_12m,
        month.*,
        metrics.aum_month_avg,
        metrics.aum_balance,
        metrics.net_inflow_3m,
        metrics.aum_growth_3m,
        metrics.days_since_last_txn,
        metrics.echannel_share_3m,
        metrics.customer_txn_count_3m,
        metrics.product_count,
        metrics.tenure_months,
        metrics.age_years,
        metrics.days_past_due,
        metrics.salary_months_3m
    from calendar
    cross join int_customer_metrics as metrics
    inner join month on metrics.customer_id = month.customer_id
    left join int_profiling_refused as refused on metrics.customer_id = refused.customer_id
    left join dim_customer_profile as profile on metrics.customer_id = profile.customer_id
    where calendar.first_month <= cast(date_trunc('month', biz_date()) as date) - interval '2 months'
        and metrics.party_type = 'PERSON'
        and metrics.product_count > 0
        and metrics.tenure_months >= parameter('churn_tenure_months_min')
        and coalesce(metrics.age_years, 999) >= parameter('profiling_age_min')
        and month.aum_sum_3m >= 3 * parameter('churn_base_min')
        and refused.customer_id is null
        and not coalesce(profile.is_deceased, false)

),

own_name as (

    select xref.customer_id, sum(cast(sent.sent_amount * rate.middle_rate as decimal(18, 2))) as sent_amount
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()
    inner join (
        select source_system, account_no, sent_amount
        from agg_own_name_month
        where month >= cast(date_trunc('month', biz_date()) as date) - interval '2 months' and sent_amount > 0
    ) as sent on account.source_system = sent.source_system and account.account_no = sent.account_no
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

-- Salaries of three months and what left of them, at the rate of today as above: a share does not move with the rate unless currencies are mixed.
salary as (

    select
        xref.customer_id,
        sum(cast(paid.salary_amount * rate.middle_rate as decimal(18, 2))) as salary_amount,
        sum(cast(paid.left_amount * rate.middle_rate as decimal(18, 2))) as left_amount
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()
    inner join (
        select source_system, account_no, salary_amount, left_amount
        from agg_salary_outflow_month
        where month >= cast(date_trunc('month', biz_date()) as date) - interval '2 months'
    ) as paid on account.source_system = paid.source_system and account.account_no = paid.account_no
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

-- Accounts without fees are left out first, so that the join stays small. A fee that is given back counts against the others of its month.
fee as (

    select
        xref.customer_id,
        sum(case when charged.month = cast(date_trunc('month', biz_date()) as date) then charged.fee_amount else 0 end) as fee_amount,
        sum(case when charged.month < cast(date_trunc('month', biz_date()) as date) then charged.fee_amount else 0 end) as fee_amount_before
    from (
        select source_system, source_customer_no, month, fee_amount
        from agg_account_month
        where month >= cast(date_trunc('month', biz_date()) as date) - interval '2 months' and fee_amount <> 0
    ) as charged
    inner join dim_customer_xref as xref
        on charged.source_system = xref.source_system and charged.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

-- Of today's prices of funds, that of each deposit's own tenor is what the market pays.
time_deposit as (

    select
        xref.customer_id,
        sum(
            case
                when account.mature_date > biz_date() and account.mature_date <= cast(cast(biz_date() as int) + 90 as date)
                    then cast(account.balance * rate.middle_rate as decimal(18, 2))
                else 0
            end
        ) as maturing_balance,
        sum(case when price.rate is not null and account.rate is not null then account.balance else 0 end) as priced_balance,
        sum(cast(account.balance * (price.rate - account.rate) as decimal(28, 8))) as gap_amount
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()
    left join int_ftp_rate as price
        on account.term_code = price.tenor
        and price.valid_from <= biz_date()
        and price.valid_to > biz_date()
        and rate.middle_rate = 1
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    where account.account_kind <> 'DEMAND' and account.balance > 0
    group by xref.customer_id

),

contact as (

    select
        xref.customer_id,
        count(*) as contact_count,
        sum(case when contact.outcome = 'complaint' then 1 else 0 end) as complaint_count
    from int_contact as contact
    inner join dim_customer_xref as xref
        on contact.source_system = xref.source_system and contact.source_customer_no = xref.source_customer_no
    where contact.outcome <> 'no_answer' and contact.biz_date > cast(cast(biz_date() as int) - 90 as date)
    group by xref.customer_id

),

relation_before as (

    select customer_id, product_count, owner_staff_no, login_count_30d
    from agg_relation_month
    where month = cast(date_trunc('month', biz_date()) as date) - interval '3 months'

),

tier_before as (

    select customer_id, tier_rank
    from fct_tier_month
    where month = cast(date_trunc('month', biz_date()) as date) - interval '3 months' and scheme_id = 'person'

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    person.customer_id,
    biz_date() as known_on,
    person.is_month_over,
    cast(cast(person.aum_sum_3m as decimal(28, 8)) / cast(3 as decimal(1, 0)) as decimal(18, 2)) as aum_base,
    person.aum_month_avg,
    cast(cast(3 * person.aum_0 as decimal(28, 8)) / cast(person.aum_sum_3m as decimal(18, 2)) as decimal(9, 6)) as aum_ratio_3m,
    cast(case when person.knows_6m then cast(6 * person.aum_0 as decimal(28, 8)) / cast(person.aum_sum_6m as decimal(18, 2)) end as decimal(9, 6)) as aum_ratio_6m,
    -- Least squares over n months: sum of (twice the distance from the middle x value) x 6 / (n (n - 1) (n + 1)), by the mean.
    cast(cast(3 * person.aum_tilt_3m as decimal(28, 8)) / cast(4 * person.aum_sum_3m as decimal(18, 2)) as decimal(9, 6)) as aum_slope_3m,
    cast(
        case when person.knows_6m then cast(6 * person.aum_tilt_6m as decimal(28, 8)) / cast(35 * person.aum_sum_6m as decimal(18, 2)) end as decimal(9, 6)
    ) as aum_slope_6m,
    cast(
        case when person.knows_12m then cast(6 * person.aum_tilt_12m as decimal(28, 8)) / cast(143 * person.aum_sum_12m as decimal(18, 2)) end as decimal(9, 6)
    ) as aum_slope_12m,
    cast(least(person.aum_growth_3m, 10) as decimal(9, 6)) as aum_growth_3m,
    cast(
        case
            when person.knows_6m
                then cast(
                    abs(6 * person.aum_0 - person.aum_sum_6m) + abs(6 * person.aum_1 - person.aum_sum_6m) + abs(6 * person.aum_2 - person.aum_sum_6m)
                    + abs(6 * person.aum_3 - person.aum_sum_6m) + abs(6 * person.aum_4 - person.aum_sum_6m) + abs(6 * person.aum_5 - person.aum_sum_6m)
                    as decimal(28, 8)
                ) / cast(6 * person.aum_sum_6m as decimal(18, 2))
        end as decimal(9, 6)
    ) as aum_volatility_6m,
    cast(
        greatest(least(cast(3 * person.net_inflow_3m as decimal(28, 8)) / cast(person.aum_sum_3m as decimal(18, 2)), 10), -10) as decimal(9, 6)
    ) as net_inflow_share_3m,
    cast(least(cast(3 * coalesce(own_name.sent_amount, 0) as decimal(28, 8)) / cast(person.aum_sum_3m as decimal(18, 2)), 10) as decimal(9, 6)) as own_name_share_3m,
    cast(coalesce(outflow.sent_share_30d, 0) as decimal(9, 6)) as own_name_share_30d,
    person.days_since_last_txn,
    person.echannel_share_3m,
    cast(
        case
            when person.knows_6m and person.customer_txn_count_before > 0
                then person.echannel_share_3m
                    - cast(person.echannel_txn_count_before as decimal(18, 8)) / cast(person.customer_txn_count_before as decimal(18, 0))
        end as decimal(9, 6)
    ) as echannel_share_change,
    person.customer_txn_count_3m,
    cast(
        case
            when person.knows_6m and person.customer_txn_count_before > 0
                then least(
                    cast(person.customer_txn_count_3m - person.customer_txn_count_before as decimal(18, 8))
                    / cast(person.customer_txn_count_before as decimal(18, 0)), 10
                )
        end as decimal(9, 6)
    ) as customer_txn_change,
    relation.login_count_30d,
    relation.login_count_30d - relation_before.login_count_30d as login_count_change,
    person.product_count,
    person.product_count - relation_before.product_count as product_count_change,
    cast(
        case
            when person.aum_balance > 0
                then least(cast(coalesce(time_deposit.maturing_balance, 0) as decimal(28, 8)) / cast(person.aum_balance as decimal(18, 2)), 1)
        end as decimal(9, 6)
    ) as maturing_share_90d,
    cast(
        case when time_deposit.priced_balance > 0 then time_deposit.gap_amount / cast(time_deposit.priced_balance as decimal(18, 2)) end as decimal(9, 6)
    ) as rate_gap,
    person.tenure_months,
    person.age_years,
    tier.tier_rank,
    tier.tier_rank < tier_before.tier_rank as is_tier_dropped,
    person.days_past_due,
    person.salary_months_3m,
    case when person.knows_6m then cast(person.salary_months_3m - person.salary_months_before as bigint) end as salary_months_change,
    cast(
        case when salary.salary_amount > 0 then cast(salary.left_amount as decimal(28, 8)) / cast(salary.salary_amount as decimal(18, 2)) end as decimal(9, 6)
    ) as salary_left_share_3m,
    -- The three months are known of everybody here, so a month without a fee is one in which nothing was charged.
    cast(
        case
            when fee.fee_amount_before > 0
                then greatest(least(cast(2 * fee.fee_amount as decimal(28, 8)) / cast(fee.fee_amount_before as decimal(18, 2)), 10), 0)
        end as decimal(9, 6)
    ) as fee_ratio_3m,
    cast(coalesce(contact.contact_count, 0) as bigint) as contact_count_90d,
    cast(coalesce(contact.complaint_count, 0) as bigint) as complaint_count_90d,
    case
        when relation_before.owner_staff_no is not null then coalesce(relation.owner_staff_no <> relation_before.owner_staff_no, true)
    end as is_manager_changed,
    cast(date_part('month', biz_date()) as bigint) as month_of_year,
    date_part('month', biz_date()) <= 2 as is_new_year_season
from person
left join own_name on person.customer_id = own_name.customer_id
left join int_own_name_outflow as outflow on person.customer_id = outflow.customer_id
left join salary on person.customer_id = salary.customer_id
left join fee on person.customer_id = fee.customer_id
left join time_deposit on person.customer_id = time_deposit.customer_id
left join contact on person.customer_id = contact.customer_id
left join (
    select customer_id, owner_staff_no, login_count_30d
    from agg_relation_month
    where month = cast(date_trunc('month', biz_date()) as date)
) as relation on person.customer_id = relation.customer_id
left join relation_before on person.customer_id = relation_before.customer_id
left join int_customer_tier as tier on person.customer_id = tier.customer_id and tier.scheme_id = 'person'
left join tier_before on person.customer_id = tier_before.customer_id
