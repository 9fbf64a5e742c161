-- One row per position, loan or card account and month. Such a contract has a balance on the days it is delivered and keeps it until the next: the
-- accumulator grows by the days since it was last seen, so a night reads this month and the one before only.
with

weight as (

    select currency, month, rate_date, middle_rate, rate_before, rate_before + middle_rate as rate_sum
    from int_rate_day

),

this_month as (select cast(date_trunc('month', biz_date()) as date) as month),

before as (

    select known.*, cast(known.month + interval '1 month' - interval '1 day' as date) as month_end
    from this_month
    cross join previous('agg_contract_month') as known
    where known.month < this_month.month
        and known.month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)

),

-- A month whose last days had no business date ends with the value it had.
completed as (

    select
        before.month,
        before.source_system,
        before.contract_kind,
        before.contract_no,
        before.source_customer_no,
        before.component,
        before.branch_no,
        before.currency,
        before.month_end as as_of_date,
        cast(date_part('day', before.month_end) as bigint) as day_count,
        before.balance,
        cast(before.balance * month_end.middle_rate as decimal(18, 2)) as balance_base,
        cast(
            before.balance_accumulator_base + cast(before.balance * (month_end.rate_sum - so_far.rate_sum) as decimal(38, 8)) as decimal(38, 2)
        ) as balance_accumulator_base
    from before
    inner join weight as month_end on before.currency = month_end.currency and before.month_end = month_end.rate_date
    inner join weight as so_far on before.currency = so_far.currency and before.as_of_date = so_far.rate_date
    where before.as_of_date < before.month_end

),

-- The state that the contract was last seen in, this month or the one before.
last_seen as (

    select source_system, contract_kind, contract_no, source_customer_no, component, branch_no, currency, as_of_date, balance, balance_accumulator_base
    from (
        select
            known.*,
            row_number() over (partition by known.source_system, known.contract_kind, known.contract_no order by known.as_of_date desc) as age
        from (
            select source_system, contract_kind, contract_no, source_customer_no, component, branch_no, currency, as_of_date, balance, cast(0 as decimal(38, 2)) as balance_accumulator_base
            from before
            union all
            select
                known.source_system, known.contract_kind, known.contract_no, known.source_customer_no, known.component, known.branch_no, known.currency, known.as_of_date, known.balance,
                known.balance_accumulator_base
            from previous('agg_contract_month') as known
            inner join this_month on known.month = this_month.month
        ) as known
    ) as states
    where age = 1

),

held as (

    select
        coalesce(contract.source_system, last_seen.source_system) as source_system,
        coalesce(contract.contract_kind, last_seen.contract_kind) as contract_kind,
        coalesce(contract.contract_no, last_seen.contract_no) as contract_no,
        coalesce(contract.source_customer_no, last_seen.source_customer_no) as source_customer_no,
        coalesce(contract.component, last_seen.component) as component,
        coalesce(contract.branch_no, last_seen.branch_no) as branch_no,
        coalesce(contract.currency, last_seen.currency) as currency,
        coalesce(contract.balance, cast(0 as decimal(18, 2))) as balance,
        coalesce(last_seen.balance_accumulator_base, cast(0 as decimal(38, 2))) as accumulator_before,
        -- What was never seen has today's balance since it was opened.
        coalesce(last_seen.balance, contract.balance) as balance_before,
        greatest(
            coalesce(cast(cast(last_seen.as_of_date as int) + 1 as date), contract.open_date),
            cast(date_trunc('month', biz_date()) as date)
        ) as gap_from
    from int_valued_contract as contract
    full outer join last_seen
        on contract.source_system = last_seen.source_system
        and contract.contract_kind = last_seen.contract_kind
        and contract.contract_no = last_seen.contract_no

),

measured as (

    select
        today.month,
        held.source_system,
        held.contract_kind,
        held.contract_no,
        held.source_customer_no,
        held.component,
        held.branch_no,
        held.currency,
        biz_date() as as_of_date,
        cast(date_part('day', biz_date()) as bigint) as day_count,
        held.balance,
        cast(held.balance * today.middle_rate as decimal(18, 2)) as balance_base,
        cast(
            held.accumulator_before
            + cast(held.balance * today.middle_rate as decimal(38, 8))
            + case
                when held.gap_from < biz_date()
                    then cast(held.balance_before * (today.rate_before - gap.rate_before) as decimal(38, 8))
                else 0
            end
            as decimal(38, 2)
        ) as balance_accumulator_base
    from weight as today
    inner join held on today.currency = held.currency and today.rate_date = biz_date()
    left join weight as gap on held.currency = gap.currency and held.gap_from = gap.rate_date

)

select
    month,
    source_system,
    contract_kind,
    contract_no,
    source_customer_no,
    component,
    branch_no,
    currency,
    as_of_date,
    day_count,
    balance,
    balance_base,
    balance_accumulator_base,
    cast(cast(balance_accumulator_base as decimal(38, 8)) / cast(day_count as decimal(3, 0)) as decimal(18, 2)) as balance_avg_base
from (
    -- What was over before this month is gone.
    select * from measured where balance <> 0 or balance_accumulator_base <> 0
    union all
    select * from completed
) as months
union all
-- Months that are read again and did not change.
select
    before.month,
    before.source_system,
    before.contract_kind,
    before.contract_no,
    before.source_customer_no,
    before.component,
    before.branch_no,
    before.currency,
    before.as_of_date,
    before.day_count,
    before.balance,
    before.balance_base,
    before.balance_accumulator_base,
    before.balance_avg_base
from before
where before.as_of_date = before.month_end and before.month in (select month from completed)
