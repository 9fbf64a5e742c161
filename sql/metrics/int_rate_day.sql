-- The middle rate of each day, from the first month that a posting can still reach to this business date or the end of its
-- month: the last one known, before the first one known the first. rate_before is the sum over the month's days before this
-- one, so that a balance from day d on, times the rates, is a subtraction (domain specification, section 4.2).
with

day as (

    select cast(unnest(range(
        cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date),
        cast(date_trunc('month', biz_date()) + interval '1 month' as date),
        interval '1 day'
    )) as date) as rate_date

),

-- What was delivered last for a day is what it was.
known as (

    select currency, rate_date, middle_rate
    from (
        select *, row_number() over (partition by currency, rate_date order by biz_date desc) as age
        from fct_exchange_rate
        where rate_date <= biz_date()
    ) as delivered
    where age = 1

),

every_day as (

    select currency, rate_date, max(middle_rate) as middle_rate, max(is_wanted) as is_wanted
    from (
        select currency, rate_date, middle_rate, 0 as is_wanted from known
        union all
        select currency.currency, day.rate_date, cast(null as decimal(18, 8)) as middle_rate, 1 as is_wanted
        from (select currency from known group by currency) as currency
        cross join day
    ) as days
    group by currency, rate_date

),

carried as (

    select
        currency,
        rate_date,
        is_wanted,
        coalesce(
            last_value(middle_rate) ignore nulls over (partition by currency order by rate_date rows between unbounded preceding and current row),
            first_value(middle_rate) ignore nulls over (partition by currency order by rate_date rows between current row and unbounded following)
        ) as middle_rate
    from every_day

),

rate as (

    select currency, rate_date, middle_rate from carried where is_wanted = 1 and currency not in (select currency from ref_base_currency)
    union all
    select base.currency, day.rate_date, cast(1 as decimal(18, 8)) as middle_rate
    from ref_base_currency as base
    cross join day

)

select
    currency,
    rate_date,
    cast(date_trunc('month', rate_date) as date) as month,
    middle_rate,
    cast(
        coalesce(
            sum(middle_rate) over (
                partition by currency, date_trunc('month', rate_date) order by rate_date rows between unbounded preceding and 1 preceding
            ),
            0
        ) as decimal(28, 8)
    ) as rate_before
from rate
