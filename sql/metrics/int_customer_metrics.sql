-- One row per customer on this business date.
with

-- Records are summed over months before they follow today's identity: there are a dozen months of each.
record as (

    select
        source_system,
        source_customer_no,
        sum(case when month = this_month then aum_avg end) as aum_month_avg,
        sum(case when month = this_month then aum_balance end) as aum_balance,
        sum(case when month = this_month then aum_accumulator end) as aum_accumulator,
        sum(case when month = this_month then wealth_balance end) as wealth_balance,
        sum(case when month = this_month then overdraft_balance end) as overdraft_balance,
        sum(case when month >= date_trunc('quarter', this_month) then aum_accumulator end) as aum_accumulator_quarter,
        sum(case when month >= date_trunc('year', this_month) then aum_accumulator end) as aum_accumulator_year,
        sum(case when month = this_month - interval '3 months' then aum_avg end) as aum_month_avg_3m_ago,
        sum(case when month > this_month - interval '3 months' then external_credit_amount end) as external_credit_3m,
        sum(case when month > this_month - interval '3 months' then external_debit_amount end) as external_debit_3m,
        sum(case when month = this_month - interval '1 month' then external_credit_amount - external_debit_amount end) as net_inflow_month_before,
        sum(case when month = this_month - interval '1 month' then aum_balance end) as aum_balance_month_before,
        sum(case when month = this_month then salary_amount end) as salary_month,
        sum(case when month = this_month - interval '1 month' then salary_amount end) as salary_month_1,
        sum(case when month = this_month - interval '2 months' then salary_amount end) as salary_month_2,
        sum(turnover_amount) as turnover_4m,
        sum(case when month > this_month - interval '3 months' then customer_txn_count end) as customer_txn_count_3m,
        sum(case when month > this_month - interval '3 months' then echannel_txn_count end) as echannel_txn_count_3m,
        max(last_customer_txn_date) as last_customer_txn_date,
        max(last_customer_txn_at) as last_customer_txn_at
    from (
        select *, cast(date_trunc('month', biz_date()) as date) as this_month
        from agg_customer_record_month
        where month >= cast(date_trunc('month', biz_date()) as date) - interval '3 months'
    ) as dated
    group by source_system, source_customer_no

),

month as (

    select
        xref.customer_id,
        sum(record.aum_month_avg) as aum_month_avg,
        sum(record.aum_balance) as aum_balance,
        sum(record.aum_accumulator) as aum_accumulator,
        sum(record.wealth_balance) as wealth_balance,
        sum(record.overdraft_balance) as overdraft_balance,
        sum(record.aum_accumulator_quarter) as aum_accumulator_quarter,
        sum(record.aum_accumulator_year) as aum_accumulator_year,
        sum(record.aum_month_avg_3m_ago) as aum_month_avg_3m_ago,
        sum(record.external_credit_3m) as external_credit_3m,
        sum(record.external_debit_3m) as external_debit_3m,
        sum(record.net_inflow_month_before) as net_inflow_month_before,
        sum(record.aum_balance_month_before) as aum_balance_month_before,
        case when sum(record.salary_month) > 0 then 1 else 0 end
        + case when sum(record.salary_month_1) > 0 then 1 else 0 end
        + case when sum(record.salary_month_2) > 0 then 1 else 0 end as salary_months_3m,
        coalesce(sum(record.salary_month), 0) + coalesce(sum(record.salary_month_1), 0) + coalesce(sum(record.salary_month_2), 0) as salary_3m,
        sum(record.turnover_4m) as turnover_4m,
        sum(record.customer_txn_count_3m) as customer_txn_count_3m,
        sum(record.echannel_txn_count_3m) as echannel_txn_count_3m,
        max(record.last_customer_txn_date) as last_customer_txn_date,
        max(record.last_customer_txn_at) as last_customer_txn_at
    from dim_customer_xref as xref
    inner join record on xref.source_system = record.source_system and xref.source_customer_no = record.source_customer_no
    group by xref.customer_id

),

-- Of the rest of a year little is asked, and no more is read.
older as (

    select
        xref.customer_id,
        sum(record.turnover) as turnover,
        sum(record.aum_accumulator_year) as aum_accumulator_year,
        max(record.last_customer_txn_date) as last_customer_txn_date,
        max(record.last_customer_txn_at) as last_customer_txn_at
    from dim_customer_xref as xref
    inner join (
        select
            source_system,
            source_customer_no,
            sum(turnover_amount) as turnover,
            sum(case when month >= cast(date_trunc('year', biz_date()) as date) then aum_accumulator end) as aum_accumulator_year,
            max(last_customer_txn_date) as last_customer_txn_date,
            max(last_customer_txn_at) as last_customer_txn_at
        from agg_customer_record_month
        where month >= cast(date_trunc('month', biz_date()) as date) - interval '11 months'
            and month < cast(date_trunc('month', biz_date()) as date) - interval '3 months'
        group by source_system, source_customer_no
    ) as record on xref.source_system = record.source_system and xref.source_customer_no = record.source_customer_no
    group by xref.customer_id

),

calendar as (

    select
        cast(cast(month_end as int) - cast(biz_date() as int) as decimal(3, 0)) as days_left,
        cast(date_part('day', month_end) as decimal(3, 0)) as day_count
    from (select cast(date_trunc('month', biz_date()) + interval '1 month' - interval '1 day' as date) as month_end) as ends

),

account as (

    select
        account.source_system,
        account.account_no,
        account.source_customer_no,
        cast(account.balance * rate.middle_rate as decimal(18, 2)) as balance,
        account.account_kind = 'DEMAND' as is_demand,
        account.close_date is null as is_open
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()

),

owned as (

    select source_system, source_customer_no, balance, is_demand, is_open
    from account
    union all
    -- What joint owners have is theirs and not the holder's.
    select
        account.source_system,
        share.source_customer_no,
        cast(account.balance * share.signed_share as decimal(18, 2)) as balance,
        account.is_demand,
        account.is_open
    from int_joint_share as share
    inner join account on share.source_system = account.source_system and share.account_no = account.account_no

),

deposit as (

    select
        xref.customer_id,
        sum(case when owned.is_demand then owned.balance else 0 end) as demand_balance,
        sum(case when owned.is_demand then 0 else owned.balance end) as time_balance,
        max(case when owned.is_open then 1 else 0 end) as has_deposit
    from owned
    inner join dim_customer_xref as xref
        on owned.source_system = xref.source_system and owned.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

loan as (

    select
        xref.customer_id,
        sum(cast(loan.balance * rate.middle_rate as decimal(18, 2))) as loan_balance,
        sum(cast(loan.overdue_interest * rate.middle_rate as decimal(18, 2))) as overdue_interest,
        min(loan.first_unpaid_due_date) as first_unpaid_due_date
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

card as (

    select
        xref.customer_id,
        sum(cast(card.balance * rate.middle_rate as decimal(18, 2))) as card_balance,
        sum(cast(card.card_limit * rate.middle_rate as decimal(18, 2))) as card_limit
    from int_rate_day as rate
    inner join int_card as card on rate.currency = card.currency and rate.rate_date = biz_date()
    inner join dim_customer_xref as xref
        on card.source_system = xref.source_system and card.source_customer_no = xref.source_customer_no
    group by xref.customer_id

)

select
    customer.customer_id,
    customer.party_type,
    -- The birthday of 29 February is 1 March in common years.
    cast(
        date_part('year', biz_date()) - date_part('year', customer.birth_date)
        - case
            when date_part('month', biz_date()) * 100 + date_part('day', biz_date())
                < date_part('month', customer.birth_date) * 100 + date_part('day', customer.birth_date) then 1
            else 0
        end as bigint
    ) as age_years,
    -- Full months, without a clamp at the end of short months.
    cast(
        greatest(
            (date_part('year', biz_date()) - date_part('year', customer.open_date)) * 12
            + date_part('month', biz_date()) - date_part('month', customer.open_date)
            - case when date_part('day', biz_date()) < date_part('day', customer.open_date) then 1 else 0 end,
            0
        ) as bigint
    ) as tenure_months,
    cast(coalesce(month.aum_balance, 0) as decimal(18, 2)) as aum_balance,
    cast(coalesce(month.aum_month_avg, 0) as decimal(18, 2)) as aum_month_avg,
    cast(
        cast(coalesce(month.aum_accumulator, 0) + coalesce(month.aum_balance, 0) * calendar.days_left as decimal(38, 8)) / calendar.day_count
        as decimal(18, 2)
    ) as aum_month_projected,
    -- Averages of longer periods are of their days, never of their months.
    cast(
        cast(coalesce(month.aum_accumulator_quarter, 0) as decimal(38, 8))
        / cast(cast(biz_date() as int) - cast(cast(date_trunc('quarter', biz_date()) as date) as int) + 1 as decimal(3, 0))
        as decimal(18, 2)
    ) as aum_quarter_avg,
    cast(
        cast(coalesce(month.aum_accumulator_year, 0) + coalesce(older.aum_accumulator_year, 0) as decimal(38, 8))
        / cast(cast(biz_date() as int) - cast(cast(date_trunc('year', biz_date()) as date) as int) + 1 as decimal(3, 0))
        as decimal(18, 2)
    ) as aum_year_avg,
    cast(month.aum_month_avg_3m_ago as decimal(18, 2)) as aum_month_avg_3m_ago,
    cast(
        case
            when month.aum_month_avg_3m_ago > 0
                then cast(coalesce(month.aum_month_avg, 0) - month.aum_month_avg_3m_ago as decimal(28, 8))
                    / cast(month.aum_month_avg_3m_ago as decimal(18, 2))
        end as decimal(18, 6)
    ) as aum_growth_3m,
    cast(coalesce(deposit.demand_balance, 0) as decimal(18, 2)) as demand_balance,
    cast(coalesce(deposit.time_balance, 0) as decimal(18, 2)) as time_balance,
    cast(coalesce(month.wealth_balance, 0) as decimal(18, 2)) as wealth_balance,
    cast(coalesce(loan.loan_balance, 0) as decimal(18, 2)) as loan_balance,
    cast(coalesce(card.card_balance, 0) as decimal(18, 2)) as card_balance,
    cast(
        coalesce(loan.loan_balance, 0) + coalesce(loan.overdue_interest, 0) + coalesce(card.card_balance, 0) + coalesce(month.overdraft_balance, 0)
        as decimal(18, 2)
    ) as liability_balance,
    cast(coalesce(card.card_limit, 0) as decimal(18, 2)) as card_limit,
    cast(coalesce(cast(biz_date() as int) - cast(loan.first_unpaid_due_date as int), 0) as bigint) as days_past_due,
    cast(coalesce(month.external_credit_3m - month.external_debit_3m, 0) as decimal(18, 2)) as net_inflow_3m,
    cast(coalesce(month.net_inflow_month_before, 0) as decimal(18, 2)) as net_inflow_month_before,
    cast(coalesce(month.aum_balance_month_before, 0) as decimal(18, 2)) as aum_balance_month_before,
    cast(coalesce(month.external_credit_3m, 0) as decimal(18, 2)) as external_credit_3m,
    cast(coalesce(month.external_debit_3m, 0) as decimal(18, 2)) as external_debit_3m,
    cast(coalesce(month.salary_months_3m, 0) as bigint) as salary_months_3m,
    cast(
        case
            when month.salary_months_3m > 0
                then cast(month.salary_3m as decimal(28, 8)) / cast(month.salary_months_3m as decimal(3, 0))
            else 0
        end as decimal(18, 2)
    ) as salary_month_avg_3m,
    cast(coalesce(month.turnover_4m, 0) + coalesce(older.turnover, 0) as decimal(18, 2)) as turnover_12m,
    cast(coalesce(month.customer_txn_count_3m, 0) as bigint) as customer_txn_count_3m,
    cast(coalesce(month.echannel_txn_count_3m, 0) as bigint) as echannel_txn_count_3m,
    cast(
        case
            when month.customer_txn_count_3m > 0
                then cast(month.echannel_txn_count_3m as decimal(18, 6)) / cast(month.customer_txn_count_3m as decimal(18, 0))
        end as decimal(9, 6)
    ) as echannel_share_3m,
    cast(cast(biz_date() as int) - cast(greatest(month.last_customer_txn_date, older.last_customer_txn_date) as int) as bigint) as days_since_last_txn,
    greatest(month.last_customer_txn_at, older.last_customer_txn_at) as last_customer_txn_at,
    cast(
        coalesce(deposit.has_deposit, 0) + case when month.wealth_balance > 0 then 1 else 0 end
        + case when loan.loan_balance > 0 then 1 else 0 end + case when card.customer_id is not null then 1 else 0 end
        as bigint
    ) as product_count
from calendar
cross join dim_customer as customer
left join month on customer.customer_id = month.customer_id
left join older on customer.customer_id = older.customer_id
left join deposit on customer.customer_id = deposit.customer_id
left join loan on customer.customer_id = loan.customer_id
left join card on customer.customer_id = card.customer_id
