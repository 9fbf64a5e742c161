with holding as (
    select source_system, source_customer_no, month, coalesce(component.weight, 1) * greatest(balance_avg_base, 0) as aum_avg,
        coalesce(component.weight, 1) * greatest(balance_accumulator_base, 0) as aum_accumulator,
        coalesce(component.weight, 1) * greatest(balance_base, 0) as aum_balance, 0::decimal(18, 2) as wealth_balance,
        greatest(-balance_base, 0) as overdraft_balance, external_credit_amount, external_debit_amount, customer_txn_count,
        echannel_txn_count, salary_amount, turnover_amount, last_customer_txn_date, last_customer_txn_at
    from agg_account_month left join ref_aum_component as component on account_kind = component.component
    where month > date_trunc('month', date '{date}') - interval 12 months
    union all
    select source_system, source_customer_no, month, coalesce(component.weight, 1) * greatest(balance_avg_base, 0),
        coalesce(component.weight, 1) * greatest(balance_accumulator_base, 0), coalesce(component.weight, 1) * greatest(balance_base, 0),
        coalesce(component.weight, 1) * greatest(balance_base, 0), greatest(-balance_base, 0), 0, 0, 0, 0, 0, 0, null, null
    from agg_contract_month as position left join ref_aum_component as component on position.component = component.component
    where contract_kind = 'POSITION' and month > date_trunc('month', date '{date}') - interval 12 months
),
customer_month as (
    select xref.customer_id, holding.month, sum(aum_avg) as aum_avg, sum(aum_accumulator) as aum_accumulator, sum(aum_balance) as aum_balance,
        sum(wealth_balance) as wealth_balance, sum(overdraft_balance) as overdraft_balance, sum(external_credit_amount) as external_credit_amount,
        sum(external_debit_amount) as external_debit_amount, sum(customer_txn_count) as customer_txn_count,
        sum(echannel_txn_count) as echannel_txn_count, sum(salary_amount) as salary_amount, sum(turnover_amount) as turnover_amount,
        max(last_customer_txn_date) as last_customer_txn_date, max(last_customer_txn_at) as last_customer_txn_at
    from holding inner join dim_customer_xref as xref
        on holding.source_system = xref.source_system and holding.source_customer_no = xref.source_customer_no
    group by all
),
month as (
    select customer_id,
        sum(case when month = this_month then aum_avg end) as aum_month_avg, sum(case when month = this_month then aum_balance end) as aum_balance,
        sum(case when month = this_month then aum_accumulator end) as aum_accumulator,
        sum(case when month = this_month then wealth_balance end) as wealth_balance,
        sum(case when month = this_month then overdraft_balance end) as overdraft_balance,
        sum(case when month >= date_trunc('quarter', this_month) then aum_accumulator end) as aum_accumulator_quarter,
        sum(case when month >= date_trunc('year', this_month) then aum_accumulator end) as aum_accumulator_year,
        sum(case when month = this_month - interval 3 months then aum_avg end) as aum_month_avg_3m_ago,
        sum(case when month > this_month - interval 3 months then external_credit_amount - external_debit_amount end) as net_inflow_3m,
        sum(case when month = this_month - interval 1 month then external_credit_amount - external_debit_amount end) as net_inflow_month_before,
        sum(case when month = this_month - interval 1 month then aum_balance end) as aum_balance_month_before,
        sum(case when month > this_month - interval 3 months then external_credit_amount end) as external_credit_3m,
        sum(case when month > this_month - interval 3 months then external_debit_amount end) as external_debit_3m,
        sum(case when month > this_month - interval 3 months and salary_amount > 0 then 1 else 0 end) as salary_months_3m,
        sum(case when month > this_month - interval 3 months then salary_amount end) as salary_3m,
        sum(case when month > this_month - interval 12 months then turnover_amount end) as turnover_12m,
        sum(case when month > this_month - interval 3 months then customer_txn_count end) as customer_txn_count_3m,
        sum(case when month > this_month - interval 3 months then echannel_txn_count end) as echannel_txn_count_3m,
        max(last_customer_txn_date) as last_customer_txn_date, max(last_customer_txn_at) as last_customer_txn_at
    from (select *, date_trunc('month', date '{date}')::date as this_month from customer_month) group by customer_id
),
deposit as (
    select xref.customer_id, sum(case when account_kind = 'DEMAND' then balance else 0 end) as demand_balance,
        sum(case when account_kind <> 'DEMAND' then balance else 0 end) as time_balance, max(case when close_date is null then 1 else 0 end) as has_deposit
    from account inner join dim_customer_xref as xref on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    group by all
),
loan as (
    select xref.customer_id, sum(balance) as loan_balance, sum(overdue_interest) as overdue_interest, min(first_unpaid_due_date) as first_unpaid_due_date
    from raw_credit__loan as loan inner join dim_customer_xref as xref on xref.source_system = 'credit' and loan.src_cust_no = xref.source_customer_no
    where loan.biz_date = date '{date}' group by all
),
card as (
    select xref.customer_id, sum(balance) as card_balance, sum(card_limit) as card_limit
    from card_account as card inner join dim_customer_xref as xref on xref.source_system = 'card' and card.source_customer_no = xref.source_customer_no
    group by all
)
select customer.customer_id, customer.party_type, date_diff('year', customer.birth_date, date '{date}') as age_years,
    date_diff('month', customer.open_date, date '{date}') as tenure_months,
    month.* exclude (customer_id), deposit.* exclude (customer_id), loan.* exclude (customer_id), card.* exclude (customer_id),
    case when month.aum_month_avg_3m_ago > 0 then round((coalesce(month.aum_month_avg, 0) - month.aum_month_avg_3m_ago) / month.aum_month_avg_3m_ago, 6) end as aum_growth_3m,
    date_diff('day', month.last_customer_txn_date, date '{date}') as days_since_last_txn,
    date_diff('day', loan.first_unpaid_due_date, date '{date}') as days_past_due
from dim_customer as customer
left join month on customer.customer_id = month.customer_id
left join deposit on customer.customer_id = deposit.customer_id
left join loan on customer.customer_id = loan.customer_id
left join card on customer.customer_id = card.customer_id
