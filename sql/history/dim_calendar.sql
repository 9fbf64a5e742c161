-- The days of this year, the one before and the one after. Saturdays and Sundays are no business days unless ref_holiday
-- says otherwise.
with

day as (

    select cast(unnest(range(
        cast(date_trunc('year', biz_date()) - interval '1 year' as date),
        cast(date_trunc('year', biz_date()) + interval '2 years' as date),
        interval '1 day'
    )) as date) as date

),

known as (

    select
        day.date,
        holiday.holiday,
        coalesce(holiday.is_business_day, date_part('isodow', day.date) <= 5) as is_business_day
    from day
    left join ref_holiday as holiday on day.date = holiday.date

)

select
    date,
    cast(date_trunc('month', date) as date) as month,
    cast(date_part('quarter', date) as bigint) as quarter,
    cast(date_part('year', date) as bigint) as year,
    cast(date_part('week', date) as bigint) as iso_week,
    cast(date_part('isodow', date) as bigint) as iso_weekday,
    date = cast(date_trunc('month', date) + interval '1 month' - interval '1 day' as date) as is_month_end,
    is_business_day,
    holiday is not null and not is_business_day as is_holiday,
    holiday,
    max(case when is_business_day then date end) over (order by date rows between unbounded preceding and 1 preceding) as previous_business_day,
    min(case when is_business_day then date end) over (order by date rows between 1 following and unbounded following) as next_business_day
from known
