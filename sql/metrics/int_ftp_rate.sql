-- The price of funds of each tenor from day to day: one row for each time it changed. Before the first known day the first known
-- price holds, so that a contract opened before the warehouse began is locked at a price that never moves.
with

known as (

    select tenor, curve_date, rate
    from (
        select *, row_number() over (partition by tenor, curve_date order by biz_date desc) as age
        from fct_ftp_curve
        where curve_date <= biz_date() and curve in (select currency from ref_base_currency)
    ) as delivered
    where age = 1

),

changed as (

    select tenor, curve_date, rate, rate_before
    from (
        select *, lag(rate) over (partition by tenor order by curve_date) as rate_before
        from known
    ) as steps
    where rate_before is null or rate_before <> rate

)

select
    tenor,
    case when rate_before is null then date '1900-01-01' else curve_date end as valid_from,
    coalesce(lead(curve_date) over (partition by tenor order by curve_date), date '9999-12-31') as valid_to,
    rate
from changed
